"""What every test shares: a home of its own, Hypothesis' pace, and the plugins."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, configuration, settings

from tests.decoding import close_shared_decoder

pytest_plugins = ["pytester", "tests.plugins.loopback", "tests.plugins.coverage_gate"]

RUN_ALL = bool(os.environ.get("KIOSK_TEST_ALL"))

# No deadline: a busy machine with two cores is no bug. No example database: failures print what reproduces them.
# No explaining of a failure line by line: it traces every line, which takes minutes for a state machine.
PACE = {
    "deadline": None,
    "database": None,
    "print_blob": True,
    "phases": (Phase.explicit, Phase.generate, Phase.target, Phase.shrink),
    "suppress_health_check": [HealthCheck.too_slow],
}
settings.register_profile("sample", max_examples=60, stateful_step_count=30, **PACE)
settings.register_profile("all", max_examples=1000, stateful_step_count=60, **PACE)
settings.load_profile("all" if RUN_ALL else "sample")

# The owner's own settings and folders must not reach the tests, nor the tests them.
FOREIGN = (
    "KIOSK_CONFIG",
    "CONFIGURATION_DIRECTORY",
    "STATE_DIRECTORY",
    "CACHE_DIRECTORY",
    "RUNTIME_DIRECTORY",
    "CREDENTIALS_DIRECTORY",
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
    "JOURNAL_STREAM",
    "LANGUAGE",
    "LC_ALL",
    "LC_MESSAGES",
)
HOMES = {
    "HOME": "home",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_STATE_HOME": "home/.local/state",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_DATA_HOME": "home/.local/share",
    "XDG_RUNTIME_DIR": "run",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if RUN_ALL:
        return
    skip = pytest.mark.skip(reason="slow: make test-all runs it")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(autouse=True, scope="session")
def _hypothesis_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hypothesis keeps its tables of Unicode in a folder of its own: not in the source tree."""
    configuration.set_hypothesis_home_dir(tmp_path_factory.mktemp("hypothesis"))


@pytest.fixture(autouse=True, scope="session")
def _no_decoder_stays() -> Iterator[None]:
    yield
    close_shared_decoder()


@pytest.fixture(autouse=True)
def _a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test, and every program that it starts, has empty XDG folders. They are made on first use only."""
    root = tmp_path_factory.getbasetemp() / "homes"
    for name, place in HOMES.items():
        folder: Path = root / place
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        monkeypatch.setenv(name, str(folder))
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    monkeypatch.setenv("LANG", "C.UTF-8")  # the screens are in English on every machine
