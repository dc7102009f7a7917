"""What a benchmark says: one line with the figure, what it is measured against, and the budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from attrs import frozen

RUNS = 5


@frozen
class Figure:
    """``value`` as printed; ``beside`` is what ran in the same minute; ``budget`` None where none is set."""

    name: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False
    beside: str = ""

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        held = self.value >= self.budget if self.at_least else self.value <= self.budget
        return "ok" if held else "NOT REACHED"

    def line(self) -> str:
        sign = ">=" if self.at_least else "<="
        budget = "" if self.budget is None else f"{sign} {self.budget:g}"
        return (
            f"{self.name:<58} {self.value:>9.3f} {self.unit:<8} {budget:<9} {self.verdict:<12} {self.beside}"
        )


Benchmark = Callable[[], Iterator[Figure]]


def middle_of(measure: Callable[[], float], runs: int = RUNS) -> float:
    """The median of several runs."""
    return median(measure() for _ in range(runs))
