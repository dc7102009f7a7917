"""What stands between an update and whoever has started it."""

from __future__ import annotations

import errno
import io
from contextlib import redirect_stdout

import pytest

from kiosk.cli.update import _tell, _work
from kiosk.errors import UpdateError


class Gone(io.StringIO):
    """A terminal after its SSH connection, or a pipe whose reader has read enough."""

    def __init__(self, error: int) -> None:
        super().__init__()
        self.error = error
        self.tried = 0

    def write(self, _text: str) -> int:
        self.tried += 1
        raise OSError(self.error, "gone")


@pytest.mark.parametrize("error", [errno.EIO, errno.EPIPE])
def test_a_terminal_that_has_gone_does_not_end_a_trial(error: int) -> None:
    gone = Gone(error)
    with redirect_stdout(gone):
        _tell("it does not do; going back")
    assert gone.tried


def test_what_the_card_does_not_do_is_one_line_for_people() -> None:
    with pytest.raises(UpdateError, match=r"^/opt/kiosk: No space left on device$"), _work():
        raise OSError(errno.ENOSPC, "No space left on device", "/opt/kiosk")
