"""Long runs on an injected clock: what must not grow, and what must not be written."""
