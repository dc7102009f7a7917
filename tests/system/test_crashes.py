"""What ends a thread or the program goes through the log, so that no secret in it gets past the mask."""

from __future__ import annotations

import signal
import subprocess
import sys

SET_UP = """
import threading

from kiosk.system import logs

logs.set_up({})
logs.log_crashes()


def fail(error):
    raise error


"""


def ended(script: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", SET_UP + script]
    return subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)


def in_a_thread(error: str) -> str:
    return f"thread = threading.Thread(target=fail, args=({error},), name='google')\nthread.start()\nthread.join()"


def test_a_crash_in_a_thread_is_logged_and_masked() -> None:
    done = ended(in_a_thread("RuntimeError('ya29.a-secret-of-google')"))
    assert "CRITICAL kiosk.system.logs: the thread google was ended by RuntimeError" in done.stderr
    assert "in fail" in done.stderr
    assert "a-secret" not in done.stderr


def test_a_thread_that_ends_itself_is_logged_too() -> None:
    done = ended(in_a_thread("SystemExit('enough')"))
    assert "the thread google was ended by SystemExit" in done.stderr


def test_a_crash_of_the_program_is_logged_and_masked() -> None:
    done = ended("fail(ValueError('client_secret=GOCSPX-another'))")
    assert done.returncode == 1
    assert "the program was ended by ValueError" in done.stderr
    assert "another" not in done.stderr


def test_ctrl_c_is_no_crash() -> None:
    done = ended("fail(KeyboardInterrupt())")
    assert done.returncode == -signal.SIGINT
    assert "the program was ended" not in done.stderr
