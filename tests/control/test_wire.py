"""The lines that go over the control socket."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.control import ControlVerb
from kiosk.control.wire import BadLine, decode_answer, decode_request, encode
from kiosk.core.events import Verb


@pytest.mark.parametrize("verb", list(ControlVerb))
def test_each_verb_is_read_by_its_word_and_has_a_line_of_help(verb: ControlVerb) -> None:
    assert decode_request(encode({"verb": verb.word})) == (verb, {})
    assert verb.help_line
    assert "\n" not in verb.help_line


def test_the_core_knows_the_same_verbs_but_for_those_that_only_look_or_only_a_person_at_the_frame_has() -> (
    None
):
    only_look = {ControlVerb.STATUS, ControlVerb.SCREENSHOT}
    only_pressed = {Verb.PLAY_PAUSE, Verb.UP, Verb.DOWN, Verb.OK, Verb.MENU, Verb.INFO}
    assert {verb.word for verb in set(ControlVerb) - only_look} == {
        verb.value for verb in set(Verb) - only_pressed
    }


def test_arguments_arrive_as_they_were_sent() -> None:
    args = {"code": "4/0A\n", "verifier": "v", "redirect_uri": "http://127.0.0.1:1/"}
    line = encode({"verb": "sign-in", **args})
    assert line.count(b"\n") == 1
    assert decode_request(line) == (ControlVerb.SIGN_IN, args)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not a line of JSON"),
        (b"next", "not a line of JSON"),
        (b"\xff", "not a line of JSON"),
        (b"[" * 60_000, "not a line of JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "unknown verb; known are status, next"),
        (b'{"verb": "dance"}', "unknown verb"),
        (b'{"verb": ["next"]}', "unknown verb"),
        (b'{"verb": "NEXT"}', "unknown verb"),
        (b'{"verb": "next", "path": "/x"}', "next takes no argument"),
        (b'{"verb": "screenshot", "path": 3}', "path has to be text"),
    ],
)
def test_what_is_no_request_is_answered_with_the_reason(line: bytes, why: str) -> None:
    with pytest.raises(BadLine, match=why):
        decode_request(line)


@pytest.mark.parametrize("line", [b"x", b"[]", b"{}", b'{"ok": 1}'])
def test_what_is_no_answer_is_not_taken_for_one(line: bytes) -> None:
    with pytest.raises(BadLine):
        decode_answer(line)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reading(line: bytes) -> None:
    try:
        verb, args = decode_request(line)
    except BadLine:
        return
    assert isinstance(verb, ControlVerb)
    assert set(args) <= set(verb.arguments)


@given(
    st.dictionaries(
        st.text(min_size=1).filter(lambda key: key != "ok"), st.text() | st.integers() | st.booleans()
    )
)
def test_an_answer_survives_the_way(fields: dict[str, object]) -> None:
    line = encode({**fields, "ok": True})
    assert line.count(b"\n") == 1
    assert decode_answer(line) == {**fields, "ok": True}
    assert json.loads(line)["ok"] is True
