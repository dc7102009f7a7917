"""What the screen says in each state: one idea at a time, over the screen or in a panel, and the quiet badge."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve

from kiosk.core import cards, compose, downloads, picking, signin, words
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.arrivals import Arrivals
from kiosk.core.message import Message
from kiosk.core.model import NEVER, Client, CommandId, MediaItemId, PickId, Rect, RequestId, SlideId
from kiosk.core.picking import Outcome
from kiosk.core.scene import Badge, Card, Illustration, Label, Look, Mark, Scene
from kiosk.core.state import State
from kiosk.errors import (
    Busy,
    Corrupt,
    DiskFull,
    Gone,
    KioskError,
    Locked,
    Reason,
    Refused,
    SignInRequired,
    StorageError,
    Unexpected,
    Unreachable,
    Unwritable,
)
from tests.core.dummies import Google
from tests.core.test_slideshow import frame
from tests.core.world import SETTINGS, World, with_pictures


def card_of(world: World) -> Card:
    card = world.scene.card
    assert card is not None
    return card


def new_frame(error: KioskError | None = None, kind: type[c.Command] = c.RequestDeviceCode) -> World:
    world = World(start=False)
    if error is not None:
        world.google.faults.add(kind, error, times=None)
    world.run_for(6.0)
    return world


# The sign-in. ---------------------------------------------------------------------------------------------------------


def test_before_the_card_is_read_the_screen_says_that_it_starts() -> None:
    world = World(start=False)
    assert card_of(world) == Card(Look.MESSAGE, words.STARTING, illustration=Illustration.FRAME)
    assert world.word == "starting"


def test_the_code_is_shown_untouched_and_filled_in_only_in_the_qr() -> None:
    card = card_of(World())
    assert card.look is Look.CODE
    assert (card.address, card.code) == ("https://g.example/device", "QWER-TYUI")
    assert card.qr == "https://g.example/device?user_code=QWER-TYUI"
    assert card.status == "30 minutes left"
    assert "keeps the photos you pick" in card.footnote
    assert "To erase" in card.footnote
    assert isinstance(card.footnote, Message)
    can_be_translated(card)


def test_an_address_with_a_query_is_filled_in_behind_it_and_a_complete_one_is_taken_as_sent() -> None:
    assert cards.filled_in("https://g.example/d?hl=en", "A-B") == "https://g.example/d?hl=en&user_code=A-B"
    world = World()
    part = world.state.signin
    assert isinstance(part, signin.Waiting)
    code = evolve(part.attempt.code, verification_url_complete="https://g.example/d/A-B")
    world.state = evolve(world.state, signin=evolve(part, attempt=evolve(part.attempt, code=code)))
    assert card_of(world).qr == "https://g.example/d/A-B"


def test_the_minutes_left_are_counted_down_when_they_change_and_not_before() -> None:
    world = World()
    assert compose.next_change(world.state, world.now.monotonic) == world.now.monotonic + 60.0
    world.run_for(59.0)
    assert card_of(world).status == "30 minutes left"
    world.run_for(2.0)
    assert card_of(world).status == "29 minutes left"
    world.run_for(1800.0 - 61.0 - 30.0)
    assert card_of(world).status == "1 minute left"
    ends = compose.next_change(world.state, world.now.monotonic)
    assert ends == pytest.approx(world.now.monotonic + 30.0)
    assert compose.next_change(world.state, ends) == NEVER
    assert compose.next_change(frame("a").state, 0.0) == NEVER


@pytest.mark.parametrize(
    ("error", "title", "told"),
    [
        (Unreachable("down"), words.OFFLINE_TITLE, words.OFFLINE_BODY),
        (Busy("503"), words.BUSY_TITLE, words.BUSY_BODY),
        (Unexpected("odd"), words.BUSY_TITLE, words.BUSY_BODY),
        (Gone("404"), words.SIGN_IN_TITLE, words.SIGN_IN_ASKING),
    ],
)
def test_a_frame_that_gets_no_code_says_why(error: KioskError, title: str, told: str) -> None:
    world = new_frame(error)
    assert card_of(world).title == title
    assert told in (card_of(world).body, card_of(world).status)
    assert world.word == "signing_in"


def test_a_network_that_is_gone_while_a_code_is_shown_is_told_from_the_second_fault_on() -> None:
    world = World()
    world.google.faults.add(c.PollToken, Unreachable("down"), times=None)
    world.run_for(6.0)
    assert card_of(world).status == "30 minutes left"
    world.run_for(20.0)
    assert card_of(world).status == words.NETWORK


@pytest.mark.parametrize(
    ("person", "title"),
    [("deny", words.REASONS[Reason.ACCESS_DENIED][0]), ("untick", words.REASONS[Reason.SCOPE_MISSING][0])],
)
def test_a_person_who_says_no_is_told_what_comes_next(person: str, title: str) -> None:
    world = World(google=Google(person=person))
    world.run_for(6.0)
    assert card_of(world).title == title
    assert world.word == "signing_in"


def test_a_frame_without_a_client_says_what_is_missing_and_where() -> None:
    world = World(evolve(SETTINGS, client=Client(), config_path="/etc/kiosk/config.toml"))
    card = card_of(world)
    assert (card.title, card.qr) == (words.NO_CLIENT_TITLE, words.SETUP_ADDRESS)
    assert "/etc/kiosk/config.toml" in card.footnote
    assert world.word == "trouble"


def test_a_scope_that_device_clients_may_not_have_asks_for_a_desktop_client() -> None:
    world = new_frame(Refused(Reason.DEVICE_SCOPE, "Invalid device flow scope"))
    assert (card_of(world).title, card_of(world).qr) == (words.DESKTOP_TITLE, words.DESKTOP_ADDRESS)
    assert world.word == "trouble"


def test_a_desktop_client_is_sent_to_the_second_road() -> None:
    world = new_frame(Refused(Reason.CLIENT_TYPE))
    assert card_of(world).title == words.SECOND_ROAD_TITLE
    assert world.word == "signing_in"


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.DEVICE_SCOPE])
def test_each_reason_has_a_sentence_of_its_own_or_the_last_one(reason: Reason) -> None:
    world = World()
    world.state = evolve(world.state, signin=signin.Blocked(reason, "because"))
    assert (card_of(world).title, card_of(world).body) == words.REASONS.get(
        reason, words.REASONS[Reason.OTHER]
    )


# The pick. ------------------------------------------------------------------------------------------------------------


def test_a_pick_shows_its_address_as_it_came_and_how_to_find_an_album() -> None:
    world = World()
    world.sign_in()
    world.settle()
    card = card_of(world)
    uri = f"https://picker.example/{world.google.made[0].id}"
    assert (card.look, card.qr, card.address) == (Look.CODE, uri, uri)
    assert card.hint == words.PICK_HINT
    assert card.footnote == words.PICK_KEPT
    assert isinstance(card.footnote, Message)
    can_be_translated(card)
    assert card.status == "30 minutes left"
    assert world.word == "picking"
    assert compose.next_change(world.state, world.now.monotonic) < NEVER


def test_a_pick_without_an_address_yet_shows_one_moment_instead_of_an_empty_code() -> None:
    world = World()
    world.sign_in()
    world.settle()
    phase = world.state.picking.phase
    assert isinstance(phase, picking.Choosing)
    empty = evolve(phase, picking_session=evolve(phase.picking_session, picker_uri=""))
    world.state = evolve(world.state, picking=picking.Picking(empty))
    assert card_of(world).title == words.ONE_MOMENT


def test_a_network_that_is_gone_while_a_person_picks_is_told() -> None:
    world = World()
    world.sign_in()
    world.google.faults.add(c.GetPickingSession, Unreachable("down"), times=None)
    world.run_for(40.0)
    assert card_of(world).status == words.NETWORK


@pytest.mark.parametrize(
    ("error", "title", "qr"),
    [
        (Refused(Reason.NO_PHOTOS_ACCOUNT), words.REASONS[Reason.NO_PHOTOS_ACCOUNT][0], words.PHOTOS_ADDRESS),
        (Refused(Reason.TOO_MANY_SESSIONS), words.REASONS[Reason.TOO_MANY_SESSIONS][0], words.SETUP_ADDRESS),
        (Refused(Reason.API_DISABLED), words.REASONS[Reason.API_DISABLED][0], words.SETUP_ADDRESS),
        (Unreachable("down"), words.OFFLINE_TITLE, None),
        (Busy("503"), words.BUSY_TITLE, None),
        (Gone("404"), words.PICK_TITLE, None),
    ],
)
def test_a_session_that_cannot_be_made_says_why(error: KioskError, title: str, qr: str | None) -> None:
    world = with_pictures("a")
    world.google.faults.add(c.CreatePickingSession, error, times=None)
    world.ask(e.Verb.PICK)
    world.settle()
    assert (card_of(world).title, card_of(world).qr) == (title, qr)
    assert world.word == ("trouble" if isinstance(error, Refused) else "picking")
    assert world.scene.current is not None


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        (Outcome.EMPTY, words.PICK_EMPTY_TITLE),
        (Outcome.TIMED_OUT, words.PICK_TIMED_OUT_TITLE),
        (Outcome.LOST, words.PICK_LOST_TITLE),
        (Outcome.REFUSED, words.PICK_REFUSED_TITLE),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
def test_what_became_of_a_pick_is_said_for_a_while(outcome: Outcome, title: str, alone: bool) -> None:
    world = World() if alone else frame("a")
    world.state = evolve(
        world.state,
        signin=signin.Off(),
        picking=picking.Picking(picking.Idle(outcome, world.now.after(30.0), "because")),
    )
    card = card_of(world)
    assert card.title == title
    assert card.status == (words.PICK_NEXT_CODE if alone else words.PICK_PRESS_OK)
    assert (card.footnote == "because") is (outcome is Outcome.REFUSED)
    assert "because" not in card.body


def test_a_cancelled_pick_needs_no_words() -> None:
    world = frame("a")
    idle = picking.Idle(Outcome.CANCELLED, world.now.after(30.0))
    world.state = evolve(world.state, picking=picking.Picking(idle))
    assert world.scene.card is None


def test_a_frame_whose_only_pick_was_cancelled_says_how_to_begin_again() -> None:
    world = World()
    world.sign_in()
    world.ask(e.Verb.CANCEL)
    world.settle()
    assert card_of(world).title == words.PICK_CANCELLED_TITLE
    assert world.word == "picking"


# Listing and downloading. ---------------------------------------------------------------------------------------------


def choosing_done(*names: str) -> World:
    """Tapped Done; nothing is answered but what the test lets answer."""
    world = World(google=Google(page_size=2))
    world.sign_in()
    world.settle()
    world.google.choose(*names)
    world.elapsed += 5.0
    world.feed(e.DeadlineReached())
    world.work("google")
    return world


def test_reading_the_choice_counts_what_was_found() -> None:
    world = choosing_done("a", "b", "c")
    assert world.word == "listing"
    assert card_of(world) == Card(Look.PROGRESS, words.LISTING_TITLE, illustration=Illustration.PHOTOS)
    world.work("disk")
    world.work("google")
    world.work("google")
    assert card_of(world).done == 3


def test_downloads_show_a_bar_and_a_count() -> None:
    world = choosing_done("a", "b", "c")
    while not isinstance(world.state.picking.phase, picking.Fetching):
        assert world.work("disk") or world.work("google")
    card = card_of(world)
    assert (card.look, card.done, card.total) == (Look.PROGRESS, 0, 3)
    assert card.status == "0 of 3"
    can_be_translated(card)
    assert world.word == "downloading"


def test_a_server_that_is_busy_is_told_from_a_network_that_is_gone() -> None:
    assert cards.network(Busy("503")) == words.BUSY != cards.network(Unreachable("down"))
    assert cards.network(None) == ""


def test_downloads_without_network_say_so() -> None:
    world = World()
    world.sign_in()
    world.google.faults.add(c.FetchRendition, Unreachable("down"), times=None)
    world.google.choose("a")
    world.run_for(20.0)
    assert card_of(world).status == words.NETWORK
    assert card_of(world).title == words.DOWNLOADING_TITLE


def test_a_list_for_fresh_base_urls_is_part_of_downloading() -> None:
    world = World()
    world.sign_in()
    world.settle()
    session = world.google.made[0].id
    again = picking.Listing(session, None, again=True)
    world.state = evolve(
        world.state, picking=picking.Picking(again), downloads=downloads.Downloads(total=4, stored=1)
    )
    assert world.word == "downloading"
    assert card_of(world).status == "1 of 4"


def test_a_card_that_is_full_before_the_first_picture_is_trouble() -> None:
    world = World()
    world.sign_in()
    world.card.faults.add(c.StoreRendition, DiskFull("no room for a picture"), times=None)
    world.card.faults.add(c.MakeRoom, DiskFull("nothing may go"), times=None)
    world.google.choose("a")
    world.run_for(30.0)
    assert (card_of(world).title, card_of(world).body) == (words.CARD_FULL, words.CARD_FULL_BODY)
    assert card_of(world).footnote == "nothing may go"
    assert world.word == "trouble"


def test_a_resumption_without_a_picture_says_one_moment_and_tells_a_missing_network() -> None:
    world = World()
    world.sign_in()
    world.settle()
    world.google.expire_access_tokens()
    world.google.faults.add(c.RefreshAccessToken, Unreachable("down"), times=None)
    world.restart()
    world.settle()
    assert (card_of(world).title, card_of(world).body) == (words.OFFLINE_TITLE, words.OFFLINE_BODY)
    assert world.word == "picking"


# Over the photographs. ------------------------------------------------------------------------------------------------


def badge_of(world: World) -> Badge | None:
    return world.scene.badge


def test_a_show_that_needs_nothing_says_nothing() -> None:
    world = with_pictures("a", "b")
    scene = world.scene
    assert (scene.card, scene.badge) == (None, None)
    assert world.word == "showing"


def test_a_card_over_photographs_is_a_panel_and_hides_the_badge() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.PAUSE)
    world.ask(e.Verb.PICK)
    world.settle()
    scene = world.scene
    assert scene.current is not None
    assert scene.card is not None
    assert scene.badge is None


def test_the_badge_says_what_matters_most() -> None:
    world = with_pictures("a")
    part = world.state.downloads
    want = downloads.Want(c.FetchRendition, world.now.after(0))  # type: ignore[arg-type]
    busy = evolve(part, queue=(want,), stored=3, total=9)
    state = evolve(world.state, arrivals=Arrivals())

    def badge(state: State) -> Badge | None:
        return compose.compose(state, world.now.monotonic).badge

    left = evolve(state, settings=evolve(state.settings, secret_left="kiosk.toml"))
    assert badge(left) == Badge(Mark.SECRET, words.secret_left("kiosk.toml"))
    assert badge(state) is None
    assert badge(evolve(left, downloads=busy)) == Badge(Mark.WORKING, "Adding photos: 3 of 9")
    assert badge(evolve(state, downloads=busy)) == Badge(Mark.WORKING, "Adding photos: 3 of 9")
    offline = evolve(busy, failures=2, offline=Unreachable("down"))
    assert badge(evolve(state, downloads=offline)) == Badge(Mark.OFFLINE, words.NETWORK)
    paused = evolve(state, downloads=offline, show=evolve(state.show, paused=True))
    assert badge(paused) == Badge(Mark.PAUSED, words.PAUSED)
    out = evolve(paused, access=evolve(state.access, dead=True))
    assert badge(out) == Badge(Mark.SIGN_IN, words.SIGN_IN_BADGE)
    full = evolve(out, downloads=evolve(offline, full=DiskFull("x")))
    assert badge(full) == Badge(Mark.CARD_FULL, words.CARD_FULL)
    read_only = evolve(out, downloads=evolve(offline, full=Unwritable("x")))
    assert badge(read_only) == Badge(Mark.CARD_FULL, words.CARD_READ_ONLY)


@pytest.mark.parametrize("refused", [c.SavePick, c.AddItems])
def test_a_card_that_refuses_what_must_reach_it_is_told_until_it_takes_it(refused: type[c.Command]) -> None:
    world = with_pictures("a", "b")

    def badge() -> Badge | None:
        return compose.compose(world.state, world.now.monotonic).badge

    world.card.faults.add(refused, Unwritable("read-only"), times=None)
    world.ask(e.Verb.PICK)
    world.run_until(lambda w: bool(w.google.sessions))
    world.google.choose("c")
    world.run_for(60.0)
    assert badge() == Badge(Mark.CARD_FULL, words.CARD_READ_ONLY)
    world.card.faults.clear()
    world.run_for(700.0)
    assert badge() is None
    assert world.state.counts.stored == 3


def test_what_nobody_misses_is_no_trouble_on_the_screen() -> None:
    world = with_pictures("a", "b")
    command = c.GiveUp(pick_id=PickId(1), item_id=MediaItemId("z"), why="")
    world.feed(e.Failed(command=command, error=DiskFull("x")))
    assert world.state.writes.trouble is None


def test_a_disconnect_is_asked_for_and_then_said() -> None:
    world = with_pictures("a")
    world.ask(e.Verb.SIGN_OUT, confirmed=False)
    assert card_of(world).title == words.DISCONNECT_TITLE
    world.ask(e.Verb.SIGN_OUT, confirmed=False)
    assert card_of(world).title == words.LEAVING_TITLE


def test_pictures_that_are_being_prepared_are_no_pick() -> None:
    world = frame("a")
    world.restart()
    world.work("disk")
    assert world.word == "starting"
    assert card_of(world).title == words.ONE_MOMENT


def test_an_exchange_under_way_counts_as_signing_in() -> None:
    world = frame("a")
    world.state = evolve(world.state, exchange=signin.Exchange(CommandId(1), "r"))  # type: ignore[arg-type]
    assert world.word == "signing_in"


def test_a_revoked_frame_with_photographs_shows_the_badge_only() -> None:
    world = with_pictures("a")
    world.google.faults.add(c.RefreshAccessToken, SignInRequired("invalid_grant"), times=None)
    world.run_for(2 * 24 * 3600.0)
    assert world.scene.card is None
    assert badge_of(world) == Badge(Mark.SIGN_IN, words.SIGN_IN_BADGE)


# Words. ---------------------------------------------------------------------------------------------------------------


def test_numbers_and_their_nouns_agree() -> None:
    assert words.minutes_left(1) == "1 minute left"
    assert words.minutes_left(12) == "12 minutes left"
    assert words.photos(1) == "1 photo"
    assert words.photos(3) == "3 photos"


def test_google_photos_is_written_in_full() -> None:
    texts = [text for text in vars(words).values() if isinstance(text, str)]
    texts += [text for pair in words.REASONS.values() for text in pair]
    for text in texts:
        assert "GPhotos" not in text
        assert "—" not in text


def test_a_rectangle_knows_its_far_edges() -> None:
    rect = Rect(3, 4, 10, 20)
    assert (rect.right, rect.bottom) == (13, 24)


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.CANCELLED])
@pytest.mark.parametrize("alone", [True, False])
def test_each_end_of_a_pick_has_a_picture_and_says_what_to_do(outcome: Outcome, alone: bool) -> None:
    world = World() if alone else frame("a")
    idle = picking.Idle(outcome, world.now.after(30.0), words.missing(2, 3))
    world.state = evolve(world.state, signin=signin.Off(), picking=picking.Picking(idle))
    told(card_of(world))
    assert card_of(world).status


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("part", ["blocked", "declined", "creating"])
def test_each_refusal_has_a_picture_and_is_said_in_words_of_our_own(reason: Reason, part: str) -> None:
    world = frame("a")
    state, at = world.state, world.now.after(60.0)
    creating = picking.Creating(RequestId("r"), at=at, trouble=Refused(reason, "in English"))
    world.state = {
        "blocked": evolve(state, signin=signin.Blocked(reason, "in English", at)),
        "declined": evolve(state, signin=signin.Declined(reason, at)),
        "creating": evolve(state, signin=signin.Off(), picking=picking.Picking(creating)),
    }[part]
    told(card_of(world))


@pytest.mark.parametrize("error", [DiskFull("e"), Unwritable("e"), Locked("e"), Corrupt(Path("c"), "e")])
def test_each_fault_of_the_card_has_a_picture_and_is_said_in_words_of_our_own(error: StorageError) -> None:
    world = World()
    unopened = evolve(world.state, opened=False, unopened=error)
    full = evolve(world.state, signin=signin.Off(), downloads=downloads.Downloads(full=error))
    for state in (unopened, full):
        world.state = state
        told(card_of(world))
        assert card_of(world).footnote == str(error)
    assert len({card_of(world).title, words.STARTING}) == 2


def test_a_bare_scene_has_its_pictures_and_its_light_and_no_words() -> None:
    pictures = Scene(SlideId(3), SlideId(4), 0.5, motion=0.25, light=(200, 190, 180))
    words_on_it = evolve(
        pictures,
        card=Card(next(iter(Look)), words.STARTING),
        badge=Badge(Mark.TOUCH, words.TOUCH_HINT),
        labels=(Label(camera="Kodak"),),
        incoming_labels=(Label(camera="Kodak"),),
        clock=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert compose.bare(words_on_it) == pictures


def told(card: Card) -> None:
    """One idea: a picture, a headline and one thing to do, in sentences that a language can say anew."""
    assert card.illustration is not None
    assert card.body
    can_be_translated(card)


def can_be_translated(card: Card) -> None:
    """Every sentence is still the message that words.py made of it."""
    for text in (card.title, card.body, card.hint, card.status):
        assert not text or isinstance(text, Message), text
