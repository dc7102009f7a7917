"""How many forms a language has for a number of things, and which number takes which: the rules of the Unicode CLDR,
written as gettext wants them."""

from __future__ import annotations

from functools import cache

from babel import Locale
from babel.plural import PluralRule, to_gettext

_ORDER = ("zero", "one", "two", "few", "many", "other")
"""Of the forms in a catalog; CLDR's own."""
_ENOUGH = 1000
"""Every form that whole numbers below a million have is met below this."""


@cache
def rule(tag: str) -> PluralRule:
    """CLDR's rule without the forms that no number of pictures takes: those of fractions and of whole millions."""
    full = Locale.parse(tag).plural_form
    met = {full(number) for number in range(_ENOUGH)}
    taken = [form for form in _ORDER if form in met]
    # The last one needs no condition of its own: it is what is left.
    return PluralRule({form: full.rules[form] for form in taken[:-1]})


@cache
def header(tag: str) -> str:
    """The value of Plural-Forms in the catalog of this language: ``nplurals=2; plural=((n == 1) ? 0 : 1);``"""
    return to_gettext(rule(tag))


@cache
def examples(tag: str) -> tuple[tuple[int, ...], ...]:
    """For each form, in the order of the catalog, the first few numbers that take it."""
    full = Locale.parse(tag).plural_form
    met = {form: [n for n in range(_ENOUGH) if full(n) == form] for form in _ORDER}
    return tuple(tuple(numbers[:4]) for numbers in met.values() if numbers)
