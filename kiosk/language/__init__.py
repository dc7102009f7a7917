"""The viewer's own language: gettext catalogs for the sentences, Babel for dates and numbers."""

from __future__ import annotations
