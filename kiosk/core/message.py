"""A sentence that can be said in another language.

It *is* its English text, so that the log, ``kiosk status`` and the tests see plain words; beside it stand the sentence
and the values that it was made of, so that a language can make it anew (kiosk/language). Whoever joins two messages
with ``+`` or an f-string gets English for ever: a message is handed on as it is.
"""

from __future__ import annotations

from collections.abc import Mapping


class Message(str):
    """one, many: the sentence for one and for several (empty: it counts nothing), with ``{names}`` of ``values``.

    number: how many, where it counts. values: numbers, texts that no language changes, or messages.
    """

    __slots__ = ("many", "number", "one", "values")

    one: str
    many: str
    number: int
    values: Mapping[str, object]

    def __new__(cls, one: str, many: str, number: int, values: Mapping[str, object]) -> Message:
        made = super().__new__(cls, (many if many and number != 1 else one).format(**values))
        made.one, made.many, made.number, made.values = one, many, number, values
        return made


def said(sentence: str, **values: object) -> Message:
    """A sentence, with a ``{name}`` for each value. The catalogs take their sentences from the calls of this."""
    return Message(sentence, "", 1, values)


def counted(one: str, many: str, count: int, **values: object) -> Message:
    """A sentence about so many; ``{count}`` stands for the number."""
    return Message(one, many, count, {"count": count, **values})
