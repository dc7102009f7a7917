"""The demo's painted pictures: brushes (brush.py) and what they paint, a file a subject. Needs numpy."""

from __future__ import annotations
