"""The main job, whole, over real HTTP: a code, a sign-in, a pick, photographs on the screen, for ever."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from itertools import pairwise

from PIL import Image

from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle, faults, routes
from tests.app.frame import Frame


def middle(picture: Image.Image) -> tuple[int, int, int]:
    pixel = picture.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def close(one: tuple[int, int, int], other: tuple[int, int, int], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def test_a_person_signs_in_picks_and_sees_the_photographs(frame: Frame, google: DemoGoogle) -> None:
    frame.keys["slideshow__dwell_seconds"] = "30"
    frame.write_config()
    frame.start()
    frame.sign_in()
    picked = frame.pick(5)
    status = frame.until(lambda status: status["stored"] == 5 and status["slide"] and not google.sessions)
    assert status["items"] == 5
    assert status["failed"] == 0
    shown = status["slide"][0]
    assert shown in picked
    item = google.library.get(shown)
    assert item is not None
    assert close(middle(frame.screenshot()), item.colour)
    assert frame.stop() == 0


def test_the_pick_carries_the_request_id_of_the_sign_in(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.sign_in()
    asked = google.of_route(routes.DEVICE_CODE)[0]
    created = google.of_route(routes.SESSIONS_CREATE)[0]
    request_id = created.query["requestId"]
    assert uuid.UUID(request_id).version == 4
    assert f'"{request_id}"' in asked.form["state"]
    assert '"displayName"' in asked.form["state"]


def test_no_poll_comes_earlier_than_the_interval(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.until(lambda status: status["user_code"])
    google.wait_for(lambda: len(google.of_route(routes.TOKEN)) >= 3)
    polls = [request.when for request in google.of_route(routes.TOKEN)]
    assert all(later - earlier >= google.settings.device_interval for earlier, later in pairwise(polls))
    assert not any(request.status == 403 for request in google.of_route(routes.TOKEN))


def test_the_show_goes_on_after_a_restart_without_any_network(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.show(4)
    assert frame.stop() == 0
    google.stop()
    frame.start()
    seen: set[str] = set()
    frame.until(lambda status: seen.update(status["slide"]) or len(seen) == 4)


def test_each_picture_is_shown_once_before_any_twice_over_restarts(frame: Frame, google: DemoGoogle) -> None:
    frame.keys["slideshow__dwell_seconds"] = "300"
    frame.write_config()
    frame.start()
    frame.show(6)
    seen = [frame.until(lambda status: status["slide"])["slide"][0]]
    for number in range(1, 6):
        if number == 3:
            frame.stop()
            frame.start()
            again = frame.until(lambda status: status["slide"])["slide"][0]
        else:
            frame.ask(ControlVerb.NEXT)
            again = frame.until(lambda status: status["slide"] != [seen[-1]])["slide"][0]
        assert again not in seen
        seen.append(again)


def test_a_kill_in_the_middle_of_a_pick_resumes_it(frame: Frame, google: DemoGoogle) -> None:
    google.change(latency=0.15)
    frame.start()
    frame.sign_in()
    frame.pick(30)
    frame.until(lambda status: status["stored"] >= 3)
    assert frame.child is not None
    frame.child.kill()
    frame.child.wait()
    google.change(latency=0.0)
    frame.start()
    status = frame.until(lambda status: status["stored"] == 30 and not google.sessions)
    assert status["failed"] == 0


def test_a_kill_while_the_code_is_on_the_screen_keeps_the_code(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    code = frame.until(lambda status: status["user_code"])["user_code"]
    assert frame.child is not None
    frame.child.kill()
    frame.child.wait()
    frame.start()
    assert frame.until(lambda status: status["user_code"])["user_code"] == code
    google.person.approve(code)
    frame.until(lambda status: status["picker_uri"])


def test_base_urls_that_die_during_the_downloads_are_listed_again(frame: Frame, google: DemoGoogle) -> None:
    google.change(latency=0.1)
    frame.start()
    frame.sign_in()
    frame.pick(20)
    frame.until(lambda status: status["stored"] >= 2)
    google.expire_base_urls()
    status = frame.until(lambda status: status["stored"] == 20 and not google.sessions)
    assert status["failed"] == 0


def test_an_access_token_that_dies_is_renewed_without_a_word(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.sign_in()
    google.expire_access_tokens()
    frame.pick(3)
    frame.until(lambda status: status["stored"] == 3 and not google.sessions)
    assert len(google.user_codes) == 1


def test_a_second_pick_adds_and_shows_its_first_picture_at_once(frame: Frame, google: DemoGoogle) -> None:
    frame.keys["slideshow__dwell_seconds"] = "300"
    frame.write_config()
    frame.start()
    frame.show(3)
    old = {item.id for item in google.library.items[:3]}
    frame.ask(ControlVerb.PICK)
    status = frame.until(lambda status: status["picker_uri"])
    assert status["slide"], "the show runs on behind the panel"
    new = [item.id for item in google.library.items[3:8]]
    google.person.pick(google.sessions[-1], new)
    status = frame.until(lambda status: status["stored"] == 8 and not google.sessions)
    status = frame.until(lambda status: status["slide"][0] not in old)
    assert status["slide"][0] in new


def test_replace_lets_the_earlier_pick_go(make_frame: Callable[..., Frame], google: DemoGoogle) -> None:
    frame = make_frame(picking__mode='"replace"')
    frame.start()
    frame.show(3)
    frame.ask(ControlVerb.PICK)
    frame.until(lambda status: status["picker_uri"])
    new = {item.id for item in google.library.items[10:14]}
    google.person.pick(google.sessions[-1], sorted(new))
    frame.until(lambda status: status["items"] == 4 and status["stored"] == 4 and not google.sessions)
    frame.until(lambda status: set(status["slide"]) <= new)


def test_an_empty_pick_changes_nothing(make_frame: Callable[..., Frame], google: DemoGoogle) -> None:
    frame = make_frame(picking__mode='"replace"')
    frame.start()
    frame.show(3)
    frame.ask(ControlVerb.PICK)
    frame.until(lambda status: status["picker_uri"])
    google.person.pick(google.sessions[-1], 0)
    status = frame.until(lambda status: not google.sessions and status["title"])
    assert status["stored"] == 3


def test_a_hidden_picture_never_comes_back(frame: Frame, google: DemoGoogle) -> None:
    frame.keys["slideshow__dwell_seconds"] = "300"
    frame.write_config()
    frame.start()
    frame.show(3)
    hidden = frame.until(lambda status: status["slide"])["slide"][0]
    frame.ask(ControlVerb.HIDE)
    frame.until(lambda status: status["hidden"] == 1 and status["slide"] not in ([], [hidden]))
    frame.ask(ControlVerb.PICK)
    frame.until(lambda status: status["picker_uri"])
    google.person.pick(google.sessions[-1], [hidden])
    status = frame.until(lambda status: not google.sessions)
    assert status["stored"] == 2


def test_two_thousand_picked_items_are_all_listed(frame: Frame, google: DemoGoogle) -> None:
    google.add_items(1960)
    frame.start()
    frame.sign_in()
    frame.pick(2000)
    frame.until(lambda status: status["items"] == 2000 and status["stored"] >= 5)
    assert len(google.of_route(routes.MEDIA_ITEMS_LIST)) == 20


def test_a_revoked_frame_keeps_playing_and_signs_in_when_somebody_asks(
    frame: Frame, google: DemoGoogle
) -> None:
    frame.start()
    frame.show(3)
    google.revoke_user()
    flips = frame.until(lambda _: True)["flips"]
    frame.until(lambda status: status["flips"] > flips + 10)
    assert len(google.user_codes) == 1
    frame.ask(ControlVerb.PICK)
    status = frame.until(lambda status: status["user_code"])
    assert status["slide"], "the show runs on behind the panel"
    assert not status["signed_in"]
    frame.sign_in()


def test_a_captive_portal_is_waited_out(frame: Frame, google: DemoGoogle) -> None:
    portal = faults.Status(200, b"<html>Please accept our terms</html>")
    google.faults.add(portal, on=routes.DEVICE_CODE)
    frame.start()
    status = frame.until(lambda status: status["last_error"])
    assert status["user_code"] is None
    google.faults.clear()
    frame.until(lambda status: status["user_code"])
