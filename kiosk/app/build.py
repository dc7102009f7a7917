"""Builds the frame from its configuration. The order is that of the start budget: the card is read in its own thread
while pygame is imported and the window opens; the network's libraries come after the first picture."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kiosk import __version__
from kiosk.app.edits import Signature
from kiosk.app.lighting import light_maker, light_of
from kiosk.app.loop import Ending, Kiosk
from kiosk.app.preparing import Preparer
from kiosk.app.secrets import masked, masked_log
from kiosk.app.sight import Sight
from kiosk.app.workers import Message, Workers
from kiosk.config import Config, Loaded, SleepConfig, span_of
from kiosk.control import ControlRequest, ControlServer
from kiosk.core.events import Asked, Event, Verb
from kiosk.core.hanging import calm, moving, still
from kiosk.core.model import Seconds, Size, StoredItem
from kiosk.core.settings import Caption, Settings, SleepHours, Style, Transition
from kiosk.language import language_for
from kiosk.storage import Storage
from kiosk.system import facts, logs, memory, paths
from kiosk.system.clock import RealClock
from kiosk.system.fdstore import given_back, keep_cards
from kiosk.system.inbox import Inbox
from kiosk.system.lock import InstanceLock
from kiosk.system.notify import Notifier
from kiosk.system.zone import local_zone

_log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from kiosk.display import PreparedThumb
    from kiosk.google import GoogleClient
    from kiosk.system.panel import Panel
    from kiosk.system.panel_memory import PanelMemory

SWITCH_SECONDS = 0.001
"""After so long another thread gets the interpreter: the loop wants it for a tenth of that in each frame, and would
wait for five times as long behind each of the downloads. It halves the frames that come late."""


def run_frame(
    loaded: Loaded, env: Mapping[str, str], *, config_seen: Signature, lan_host: str | None = None
) -> Ending:
    """The frame until somebody quits. Raises AlreadyRunning, Unwritable or DisplayError.

    config_seen: the config file's signature from before it was read, so that no edit is missed.
    lan_host: addresses for people may be plain http on this host as well; for the demo alone.
    """
    config = loaded.config
    started = time.monotonic()
    sys.setswitchinterval(SWITCH_SECONDS)
    redactor = masked_log(loaded, env)
    logs.dump_threads_on_signal()
    dirs = paths.find(env, state_dir=config.storage.state_dir, cache_dir=config.storage.cache_dir)
    paths.make(dirs)
    with InstanceLock(dirs.state):
        inbox: Inbox[Message] = Inbox()
        storage = new_storage(loaded, dirs)
        put = masked(redactor, inbox.put)
        preparer = Preparer(storage)
        memory_of_panel = _panel_memory(dirs)
        workers = Workers(
            storage,
            client_maker(config, lan_host),
            preparer,
            put,
            _thumb_maker(storage),
            _panel_maker(config.sleep, memory_of_panel, env),
            light_maker(config.light, memory_of_panel, env),
            lambda: facts.look_up(__version__, dirs.cache),
        )
        kiosk = Kiosk(
            settings=settings_of(loaded, env),
            clock=RealClock(),
            inbox=inbox,
            workers=workers,
            notifier=Notifier(env),
            config_file=loaded.place,
            config_seen=config_seen,
            started=started,
        )
        workers.start_disk()
        kiosk.open_catalog()
        try:
            with quit_on_signals(inbox.put):
                return _show(kiosk, preparer, config, dirs, put, env)
        finally:
            if workers.stop():
                storage.close()


def _show(
    kiosk: Kiosk,
    preparer: Preparer,
    config: Config,
    dirs: paths.Dirs,
    put: Callable[[ControlRequest | Event], None],
    env: Mapping[str, str],
) -> Ending:
    from kiosk.display import Painter, Screen, open_screen, themed

    kept = given_back(env, os.getpid())
    display = config.display
    voice = language_for(display.language, env)
    size = None if display.fullscreen else Size(display.width, display.height)
    control = ControlServer(dirs.runtime, put)
    control.start()
    try:
        sight = Sight(
            lambda output, mode: open_screen(
                size, display.rotation, display.renderer, output=output, mode=mode
            ),
            env,
            display.output,
        )
        screen = sight.open(asleep=kiosk.state.sleep.asleep)
        try:
            preparer.flat = not screen.canvas.composes
            theme = themed(display.type, display.contrast)

            def painter_on(screen: Screen) -> Painter:
                return Painter(screen.canvas, paths.assets_dir(), theme, voice)

            with _inputs(put, console=sight.on_console) as listen:

                def afterwards() -> None:
                    name_missing_fonts(voice.tag)
                    listen()
                    if sight.on_console and not kept:
                        keep_cards(Notifier(env))

                return kiosk.run(screen, painter_on(screen), afterwards, sight, painter_on)
        finally:
            sight.close()
    finally:
        control.stop()


@contextmanager
def _inputs(put: Callable[[Event], None], *, console: bool) -> Iterator[Callable[[], None]]:
    """What starts to listen to the kernel's input devices. In a desktop they are the desktop's."""
    if not console:
        yield lambda: None
        return
    from kiosk.system.inputs import Inputs

    inputs = Inputs(put)
    try:
        yield inputs.start
    finally:
        inputs.stop()


def name_missing_fonts(tag: str) -> None:
    """Say in the log which Debian package has the letters of this language, where this machine lacks them."""
    from kiosk.display import lacking

    for script in lacking(tag):
        _log.warning(
            "no font here has the letters of %s: install Debian's package %s", script.name, script.package
        )


def new_storage(loaded: Loaded, dirs: paths.Dirs) -> Storage:
    storage, key = loaded.config.storage, loaded.key
    return Storage(
        dirs.state,
        dirs.cache,
        cache_max_mb=storage.cache_max_mb,
        keep_free_mb=storage.keep_free_mb,
        client_id=loaded.config.google.client_id,
        key=None if key is None else key.bytes,
        encrypt=storage.encrypt,
        faces=loaded.config.picture.faces,
    )


def client_maker(config: Config, lan_host: str | None = None) -> Callable[[], GoogleClient]:
    """Makes a client with an HTTP session of its own; the first call imports the network's libraries."""

    def new_client() -> GoogleClient:
        from kiosk.google import Endpoints, GoogleClient

        google = config.google
        endpoints = Endpoints(
            device_code_url=google.device_code_url,
            token_url=google.token_url,
            revoke_url=google.revoke_url,
            picker_url=google.picker_url,
        )
        return GoogleClient(endpoints, lan_host=lan_host)

    return new_client


def _panel_memory(dirs: paths.Dirs) -> Callable[[], PanelMemory]:
    """The same one for whoever turns the panel off and whoever turns it down; made in their thread."""

    @cache
    def memory() -> PanelMemory:
        from kiosk.system.panel_memory import PanelMemory

        return PanelMemory(dirs.state)

    return memory


def _panel_maker(
    sleep: SleepConfig, memory: Callable[[], PanelMemory], env: Mapping[str, str]
) -> Callable[[], Panel]:
    def new_panel() -> Panel:
        from kiosk.system.panel import Panel
        from kiosk.system.panel_methods import methods

        return Panel(methods(sleep.method, env, memory()), memory())

    return new_panel


def _thumb_maker(storage: Storage) -> Callable[[StoredItem, int], PreparedThumb]:
    def make(item: StoredItem, side: int) -> PreparedThumb:
        from kiosk.display import prepare_thumb

        with storage.picture(item) as file:
            return prepare_thumb(storage.path_of(item), side, item.measure, file=file)

    return make


def settings_of(loaded: Loaded, env: Mapping[str, str] = os.environ) -> Settings:
    config, show = loaded.config, loaded.config.slideshow
    transition = 0.0 if show.transition is Transition.NONE else show.transition_seconds
    picture = config.picture
    words = picture.caption is not Caption.OFF or picture.clock or picture.marks
    zone = local_zone(env)
    style = Style(picture.surround, picture.mat, show.motion, words=words)
    return Settings(
        client=config.google.client,
        display_name=config.google.display_name,
        max_items=config.picking.max_items,
        mode=config.picking.mode,
        order=config.slideshow.order,
        dwell=Seconds(config.slideshow.dwell_seconds),
        transition=Seconds(transition),
        kind=calm(show.transition) if show.reduced_motion else show.transition,
        style=still(style) if show.reduced_motion else moving(style, show.dwell_seconds + 2 * transition),
        reduced_motion=show.reduced_motion,
        room=memory.read().room,
        pairs=picture.pairs,
        caption=picture.caption,
        clock=picture.clock,
        marks=picture.marks,
        zone=zone,
        sleep=sleep_hours(config.sleep, zone),
        light=light_of(config.light),
        config_path=str(loaded.place),
        secret_left=loaded.boot.name if loaded.secret_left and loaded.boot else "",
        keep_signed_in=config.google.keep_signed_in,
        seed=os.urandom(32),
    )


def sleep_hours(sleep: SleepConfig, zone: tzinfo) -> SleepHours:
    """zone: the machine's, where the configuration names none."""
    return SleepHours(
        tuple(span_of(line) for line in sleep.hours), ZoneInfo(sleep.time_zone) if sleep.time_zone else zone
    )


@contextmanager
def quit_on_signals(put: Callable[[Asked], None]) -> Iterator[None]:
    """SIGTERM and SIGINT quit as the key does; putting into the inbox is safe inside a signal handler."""

    def ask(_number: int, _stack: object) -> None:
        put(Asked(verb=Verb.QUIT))

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
