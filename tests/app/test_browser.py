"""The whole way as a person goes it: a code on the screen, an independent decoder, a real browser, a picture."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.expected_conditions import (
    element_to_be_clickable,
    presence_of_element_located,
)
from selenium.webdriver.support.wait import WebDriverWait

from kiosk.demo import DemoGoogle
from tests.app.frame import PATIENCE, Frame
from tests.app.test_round import close, middle

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=390,844",
)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[WebDriver]:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
    for word in (*QUIET, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(word)
    driver = shutil.which("chromedriver") or "/usr/bin/chromedriver"
    chrome = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()


def decoded(frame: Frame) -> str:
    """What zbar reads from the frame's screen."""
    frame.screenshot()
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", str(frame.home / "screen.png")],
        check=True,
        capture_output=True,
        text=True,
    )
    return read.stdout.strip()


def wait_for(browser: WebDriver, selector: str, *, clickable: bool = True) -> None:
    condition = element_to_be_clickable if clickable else presence_of_element_located
    WebDriverWait(browser, PATIENCE).until(condition((By.CSS_SELECTOR, selector)))


def click(browser: WebDriver, selector: str) -> None:
    wait_for(browser, selector)
    browser.find_element(By.CSS_SELECTOR, selector).click()


def allow(browser: WebDriver) -> None:
    click(browser, "#next")
    click(browser, 'a[data-user="anna"]')
    click(browser, "#allow")


def choose(browser: WebDriver, google: DemoGoogle, name: str) -> str:
    """Search one picture by its file name and tap it; its id."""
    wait_for(browser, "#grid [data-id]")
    search = browser.find_element(By.CSS_SELECTOR, "#search")
    search.clear()
    search.send_keys(name)
    item = next(item for item in google.library.items if item.filename == name)
    shown = "return [...document.querySelectorAll('#grid [data-id]')].map(each => each.dataset.id)"
    WebDriverWait(browser, PATIENCE).until(lambda page: page.execute_script(shown) == [item.id])
    click(browser, f'#grid [data-id="{item.id}"]')
    return item.id


@pytest.mark.timeout(150)
@pytest.mark.parametrize("hop", [True, False])
def test_from_the_code_on_the_screen_to_the_picture_on_the_screen(
    make_frame: Callable[..., Frame], google: DemoGoogle, browser: WebDriver, hop: bool
) -> None:
    google.change(accept_state=hop)
    frame = make_frame(size="800x480", slideshow__dwell_seconds="300")
    frame.start()
    frame.until(lambda status: status["user_code"])
    browser.get(decoded(frame))
    allow(browser)
    if hop:
        wait_for(browser, "#grid")
        frame.until(lambda status: status["picker_uri"])
    else:
        frame.until(lambda status: status["picker_uri"])
        browser.get(decoded(frame))
    name = google.library.items[7].filename
    picked = choose(browser, google, name)
    click(browser, "#done")
    wait_for(browser, "#finished", clickable=False)
    status = frame.until(lambda status: status["slide"])
    assert status["slide"] == [picked]
    item = google.library.get(picked)
    assert item is not None
    assert close(middle(frame.screenshot()), item.colour)
    frame.until(lambda status: not google.sessions)
