"""Every crash point, in the scene in which the frame dies at it. One table, so that it can be read."""

from __future__ import annotations

from attrs import frozen

_TABLE = """
first start      | make state directory | make picture directory 1 2 | sync cache directory
first start      | create catalog | begin catalog 1 2 | commit catalog 1 2 3
first start      | create credentials part | sync credentials part | rename credentials part | sync state directory
pick             | begin catalog 1 2 3 4 | commit catalog 1 2 3 4 6
pick             | create picture part 1 3 | write picture part 1 9 | sync picture part 1 3
pick             | make fan | sync picture directory | rename picture part 1 3 | sync fan 1 3 | remove picture 1 2
replacing pick   | commit catalog 3 4 5 6 | remove picture 1 2 4
hide             | begin catalog | commit catalog | remove picture
damaged catalog  | create new catalog | begin new catalog 1 | commit new catalog 1 2 | rename catalog
damaged catalog  | rename new catalog | sync state directory
lost catalog     | create new catalog | commit new catalog 1 2 | rename new catalog | sync state directory
damaged pictures | begin catalog | commit catalog | make picture directory | rename picture 1 2
old catalog      | begin catalog | commit catalog
disconnect       | create wipe mark | sync state directory 1 2 | remove credentials | remove fan 1 2
disconnect       | sync picture directory 1 2 | remove catalog | remove wipe mark
"""


@frozen
class Point:
    """``side``: before or after the call; ``number``: at which passing, counted from the start of the program."""

    scene: str
    name: str
    side: str
    number: int

    @property
    def at(self) -> str:
        return f"{self.name}/{self.side}/{self.number}"

    def __str__(self) -> str:
        return f"{self.scene}: {self.side} {self.name} {self.number}"


def _read(table: str) -> list[Point]:
    points = []
    for line in table.strip().splitlines():
        scene, *cells = (cell.strip() for cell in line.split("|"))
        for cell in cells:
            words = cell.split()
            name = " ".join(word for word in words if not word.isdecimal())
            numbers = [int(word) for word in words if word.isdecimal()] or [1]
            points += [Point(scene, name, side, number) for number in numbers for side in ("before", "after")]
    return points


POINTS = _read(_TABLE)
