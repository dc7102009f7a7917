"""Which pictures the catalog puts beside each other, in each order, and that each is shown as often as the others."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kiosk.core import commands as ask
from kiosk.core import events as say
from kiosk.core.focus import CENTRE, Measure
from kiosk.core.model import Group, MediaItemId, Rendition, Size, StoredItem
from kiosk.core.pairing import APART, Pairing, Shape, day_of, pairs
from kiosk.core.settings import Order
from kiosk.storage.names import file_name, seconds_of
from kiosk.storage.partners import NEXT_FEW, Partners
from tests.conftest import RUN_ALL
from tests.storage.card import Card, flat, item, jpeg, minute, names

WIDE = Pairing(Shape.WIDE)
UPRIGHT, LYING = (48, 64), (64, 48)
DAY = 24 * 60


@frozen
class Photo:
    name: str
    taken: int | None
    """Minutes since the epoch."""
    upright: bool = True
    mean: tuple[int, int, int] = (128, 128, 128)


def upright(*names: str, apart: int = 5) -> list[Photo]:
    """Of one day, each some minutes after the last."""
    return [Photo(name, number * apart) for number, name in enumerate(names)]


def store(card: Card, photos: list[Photo], session: str = "session") -> None:
    """Rows and files, without decoding each of them."""
    pick = card.pick(session)
    taken = {photo.name: None if photo.taken is None else minute(photo.taken) for photo in photos}
    card.add(pick, *(item(photo.name, taken[photo.name]) for photo in photos))
    commands = []
    for photo in photos:
        rendition, content = _rendition(photo, taken[photo.name])
        path = card.cache / "renditions" / rendition.name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        commands.append(ask.StoreRendition(pick_id=pick, rendition=rendition, replace=False, on_screen=()))
    answers = card.storage.perform_batch(commands)
    assert all(isinstance(answer, say.RenditionStored) for answer in answers), answers


def _rendition(photo: Photo, taken: datetime | None) -> tuple[Rendition, bytes]:
    side = UPRIGHT if photo.upright else LYING
    content, size = jpeg(1, side), Size(*side)
    item_id, digest = MediaItemId(photo.name), sha256(content).hexdigest()
    name = file_name(item_id, seconds_of(taken), size, digest)
    measure = Measure(CENTRE, photo.mean)
    return Rendition(item_id, name, size, len(content), digest, taken, measure), content


def told(groups: tuple[Group, ...]) -> list[str]:
    """Slides as words: the items of each, joined."""
    return ["+".join(each.item_id for each in group) for group in groups]


class Wall:
    """A show without look-ahead: one slide drawn, one slide shown."""

    def __init__(self, card: Card, order: Order, pairing: Pairing | None = WIDE) -> None:
        self.card, self.order, self.pairing = card, order, pairing
        self.shown: list[Group] = []

    def next(self, ahead: int = 1) -> Group:
        """ahead: how many are drawn; the first of them is shown."""
        recent = tuple(self.shown[-8:])
        after = recent[-1][-1] if recent else None
        avoid = tuple(each.item_id for each in recent[-1]) if recent else ()
        drawn = self.card.slides(ahead, self.order, after, avoid, recent, self.pairing)
        group = tuple(each for each in drawn[0] if each.item_id not in avoid) or drawn[0]
        self.card.show(*reversed(group))
        self.shown.append(group)
        return group

    def run(self, slides: int, ahead: int = 1) -> list[str]:
        return told(tuple(self.next(ahead) for _ in range(slides)))


def test_upright_pictures_of_one_day_are_drawn_in_pairs_the_earlier_one_first(card: Card) -> None:
    store(card, upright("a", "b", "c", "d"))
    drawn = card.slides(9)
    assert [len(group) for group in drawn] == [2, 2]
    assert all(one.minute < other.minute for one, other in drawn if one.minute is not None and other.minute)
    assert sorted(names(drawn)) == ["a", "b", "c", "d"]


def test_nothing_pairs_without_a_pairing_and_what_lies_pairs_on_a_tall_screen_alone(card: Card) -> None:
    store(card, [*upright("a", "b"), Photo("wide", 50, upright=False), Photo("wider", 60, upright=False)])
    assert sorted(told(card.slides(9, pairing=None))) == ["a", "b", "wide", "wider"]
    assert sorted(told(card.slides(9))) == ["a+b", "wide", "wider"]
    assert sorted(told(card.slides(9, pairing=Pairing(Shape.TALL)))) == ["a", "b", "wide+wider"]


def test_a_picture_without_a_partner_hangs_alone(card: Card) -> None:
    store(card, [Photo("only", 5), Photo("wide", 50, upright=False)])
    assert sorted(told(card.slides(9))) == ["only", "wide"]


def test_the_first_slides_of_a_start_are_pairs_as_well(card: Card) -> None:
    store(card, upright("a", "b"))
    card.storage.close()
    card.fresh()
    opened = card.storage.perform(ask.OpenCatalog(order=Order.SHUFFLE, pairing=WIDE))
    assert isinstance(opened, say.CatalogOpened)
    assert told(opened.drawn) == ["a+b"]


def test_a_partner_of_the_day_is_found_among_thousands_and_beyond_the_window(card: Card) -> None:
    many = [Photo(f"p{number:03}", number * DAY) for number in range(150)]
    store(card, [*many, *(Photo(f"q{number:03}", number * DAY + 90) for number in range(150))])
    drawn = card.slides(30)
    assert all(len(group) == 2 for group in drawn)
    assert all(one.item_id[1:] == other.item_id[1:] for one, other in drawn)  # type: ignore[misc]


def test_a_partner_was_not_shown_in_this_round_either(card: Card) -> None:
    store(card, upright("a", "b", "c"))
    wall = Wall(card, Order.SHUFFLE)
    assert sorted(len(wall.next()) for _ in range(2)) == [1, 2]
    assert sorted(names(tuple(wall.shown))) == ["a", "b", "c"]


def test_marks_that_are_in_memory_only_count_for_partners_too(card: Card) -> None:
    store(card, upright("a", "b", "c", "d"))
    (pair,) = card.slides(1)
    card.show(*pair)  # not on the card yet
    (other,) = card.slides(1)
    assert not set(names((pair,))) & set(names((other,)))
    assert len(other) == 2


def test_what_is_on_the_screen_is_no_partner(card: Card) -> None:
    store(card, upright("a", "b", "c"))
    drawn = card.slides(9, avoid=("a",))
    assert told(drawn) == ["b+c", "a"]


def test_what_is_listed_but_not_stored_is_on_no_slide(card: Card) -> None:
    store(card, upright("a", "b"))
    card.add(card.pick("later"), "c")
    assert told(card.slides(9, avoid=("c",))) == ["a+b"]


def test_partners_of_other_days_are_chosen_by_colour(card: Card) -> None:
    store(
        card,
        [
            Photo("blue", 0, mean=(30, 40, 200)),
            Photo("red", 10 * DAY, mean=(200, 40, 30)),
            Photo("navy", 20 * DAY, mean=(30, 40, 180)),
            Photo("rust", 30 * DAY, mean=(180, 40, 30)),
        ],
    )
    assert sorted(told(card.slides(9))) == ["blue+navy", "red+rust"]


def test_what_follows_a_pair_is_of_another_minute_than_both_where_that_can_be(card: Card) -> None:
    photos = [Photo(f"u{number}", number * 3) for number in range(8)]
    photos += [Photo(f"w{number}", number * 3, upright=False) for number in range(8)]
    store(card, photos)
    drawn = card.slides(30)
    for one, other in pairwise(drawn[:-2]):  # at the end nothing else may be left
        assert not {each.minute for each in one} & {each.minute for each in other}


# In an order. ---------------------------------------------------------------------------------------------------------


def test_in_an_order_those_between_a_pair_come_after_it(card: Card) -> None:
    store(
        card,
        [
            Photo("a", 0),
            Photo("b", 10, upright=False),
            Photo("c", 20),
            Photo("d", 30, upright=False),
            Photo("e", 40, upright=False),
        ],
    )
    assert told(card.slides(9, Order.CAPTURED)) == ["a+c", "b", "d", "e"]
    for ahead in (1, 2, 3):
        wall = Wall(card, Order.CAPTURED)
        assert wall.run(8, ahead) == ["a+c", "b", "d", "e"] * 2


def test_a_partner_is_one_of_the_next_few_in_the_order(card: Card) -> None:
    between = [Photo(f"w{number}", number, upright=False) for number in range(1, NEXT_FEW + 1)]
    store(card, [Photo("a", 0), *between, Photo("z", 99)])
    assert told(card.slides(9, Order.CAPTURED))[0] == "a"


def test_no_pair_is_made_of_the_last_and_the_first(card: Card) -> None:
    store(card, upright("a", "b", "c"))
    assert Wall(card, Order.CAPTURED).run(4) == ["a+b", "c", "a+b", "c"]


def test_an_order_goes_on_behind_the_earlier_one_of_a_pair_after_a_restart(card: Card) -> None:
    store(card, [Photo("a", 0), Photo("b", 10, upright=False), Photo("c", 20), Photo("d", 30, upright=False)])
    assert Wall(card, Order.CAPTURED).run(1) == ["a+c"]
    assert names(card.restart(Order.CAPTURED).drawn)[0] == "b"


def test_an_order_goes_on_where_it_was_when_the_last_pair_has_left(card: Card) -> None:
    store(card, [*upright("a", "b"), Photo("c", 20, upright=False), Photo("d", 30, upright=False)])
    wall = Wall(card, Order.CAPTURED)
    assert wall.run(2) == ["a+b", "c"]
    card.storage.perform(ask.HideItems(item_ids=(MediaItemId("c"),)))
    assert wall.run(1) == ["d"]


def test_the_order_of_picking_pairs_as_well_and_the_earlier_capture_hangs_left(card: Card) -> None:
    store(card, [Photo("z", 90), Photo("m", 50, upright=False), Photo("a", 10)])
    assert Wall(card, Order.PICKED).run(4) == ["a+z", "m", "a+z", "m"]


# For any catalog. -----------------------------------------------------------------------------------------------------

PHOTOS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 3 * DAY), st.integers(0, 6)),
        st.booleans(),
        st.tuples(*[st.integers(0, 255)] * 3),
    ),
    min_size=1,
    max_size=14,
)


@contextmanager
def fresh_card() -> Iterator[Card]:
    with tempfile.TemporaryDirectory() as folder:
        card = Card(Path(folder))
        try:
            yield card
        finally:
            card.storage.close()


@effort(max_examples=200 if RUN_ALL else 20, deadline=None)
@given(
    photos=PHOTOS,
    order=st.sampled_from(Order),
    shape=st.sampled_from(Shape),
    ahead=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_each_picture_is_shown_as_often_as_the_others_and_never_beside_itself(
    photos: list[tuple[int | None, bool, tuple[int, int, int]]],
    order: Order,
    shape: Shape,
    ahead: int,
    seed: int,
) -> None:
    with fresh_card() as card:
        card.storage._memory._rng = random.Random(seed)
        store(card, [Photo(f"p{n:02}", *rest) for n, rest in enumerate(photos)])
        wall = Wall(card, order, Pairing(shape))
        count: Counter[str] = Counter({f"p{n:02}": 0 for n in range(len(photos))})
        for _ in range(3 * len(photos)):
            group = wall.next(ahead)
            card.now += 40.0  # some marks are on the card and some in memory
            assert len({each.item_id for each in group}) == len(group) <= 2
            assert len(group) == 1 or all(pairs(each.size, shape) for each in group)
            count.update(names((group,)))
            assert max(count.values()) - min(count.values()) <= 1, (told(tuple(wall.shown)), count)
        assert min(count.values()) >= 1


@effort(max_examples=200 if RUN_ALL else 20, deadline=None)
@given(photos=PHOTOS, seed=st.integers(0, 99))
def test_whoever_has_a_partner_of_the_day_to_be_had_hangs_beside_one(
    photos: list[tuple[int | None, bool, tuple[int, int, int]]], seed: int
) -> None:
    """One draw of everything: when a pair was made, a free picture of the same day came before one of another day."""
    with fresh_card() as card:
        card.storage._memory._rng = random.Random(seed)
        store(card, [Photo(f"p{n:02}", *rest) for n, rest in enumerate(photos)])
        drawn = card.slides(99)
        assert sorted(names(drawn)) == [f"p{n:02}" for n in range(len(photos))]
        free = list(flat(drawn))
        for group in drawn:
            for each in group:
                free.remove(each)
            if len(group) == 2:
                assert _best(group[0], group[1], free) or _best(group[1], group[0], free)
            elif pairs(group[0].size, Shape.WIDE):
                assert not [each for each in free if pairs(each.size, Shape.WIDE)]


def _best(lead: StoredItem, taken: StoredItem, free: list[StoredItem]) -> bool:
    """Whether no free picture would have suited the lead better, by day and by burst."""
    others = [each for each in free if pairs(each.size, Shape.WIDE)]
    return all(_suits(lead, taken) <= _suits(lead, each) for each in others)


def _suits(lead: StoredItem, other: StoredItem) -> int:
    if lead.minute is None or other.minute is None:
        return 1
    if abs(lead.minute - other.minute) <= APART:
        return 2
    return 0 if day_of(lead.minute, UTC) == day_of(other.minute, UTC) else 1


@pytest.mark.parametrize("mean", [(0, 0, 0), (255, 254, 253)])
def test_the_mean_colour_that_was_stored_is_the_one_that_partners_are_chosen_by(
    card: Card, mean: tuple[int, int, int]
) -> None:
    store(card, [Photo("a", 0, mean=mean)])
    partners = Partners(card.storage._catalog.connection, card.storage._memory, WIDE, set())
    found = partners._item(1)
    assert found is not None and found.measure is not None
    assert found.measure.mean == mean
