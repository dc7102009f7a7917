"""What the test runner is taught: see each module."""
