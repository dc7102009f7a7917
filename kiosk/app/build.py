"""Builds the frame from its configuration. The order is that of the start budget: the card is read in its own thread
while pygame is imported and the window opens; the network's libraries come after the first picture."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kiosk.app.loop import Ending, Kiosk, Signature
from kiosk.app.secrets import masked, masked_log
from kiosk.app.workers import Message, Workers
from kiosk.config import Config, Loaded
from kiosk.control import ControlRequest, ControlServer
from kiosk.core.events import Asked, Verb
from kiosk.core.hanging import calm, moving, still
from kiosk.core.model import Seconds, Size, Slide
from kiosk.core.settings import Settings, Style, Transition
from kiosk.storage import Storage
from kiosk.system import logs, paths
from kiosk.system.clock import RealClock
from kiosk.system.inbox import Inbox
from kiosk.system.lock import InstanceLock
from kiosk.system.notify import Notifier

if TYPE_CHECKING:
    from kiosk.display import PreparedSlide
    from kiosk.google import GoogleClient


def run_frame(
    loaded: Loaded, env: Mapping[str, str], *, config_seen: Signature, lan_host: str | None = None
) -> Ending:
    """The frame until somebody quits. Raises AlreadyRunning, Unwritable or DisplayError.

    config_seen: the config file's signature from before it was read, so that no edit is missed.
    lan_host: addresses for people may be plain http on this host as well; for the demo alone.
    """
    config = loaded.config
    started = time.monotonic()
    redactor = masked_log(loaded, env)
    logs.dump_threads_on_signal()
    dirs = paths.find(env, state_dir=config.storage.state_dir, cache_dir=config.storage.cache_dir)
    paths.make(dirs)
    with InstanceLock(dirs.state):
        inbox: Inbox[Message] = Inbox()
        storage = new_storage(loaded, dirs)
        put = masked(redactor, inbox.put)
        workers = Workers(storage, client_maker(config, lan_host), _preparer(storage), put)
        kiosk = Kiosk(
            settings=settings_of(loaded),
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
                return _show(kiosk, config, dirs, put)
        finally:
            if workers.stop():
                storage.close()


def _show(kiosk: Kiosk, config: Config, dirs: paths.Dirs, put: Callable[[ControlRequest], None]) -> Ending:
    from kiosk.display import Painter, open_screen

    display = config.display
    size = None if display.fullscreen else Size(display.width, display.height)
    control = ControlServer(dirs.runtime, put)
    control.start()
    try:
        screen = open_screen(size, display.rotation, display.renderer)
        try:
            return kiosk.run(screen, Painter(screen.canvas, paths.assets_dir()))
        finally:
            screen.close()
    finally:
        control.stop()


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


def _preparer(storage: Storage) -> Callable[[Slide, Size, Style], PreparedSlide]:
    def prepare(slide: Slide, screen: Size, style: Style) -> PreparedSlide:
        from kiosk.display import prepare as read

        item = slide.items[0]
        with storage.picture(item) as file:
            return read(storage.path_of(item), screen, style, file=file)

    return prepare


def settings_of(loaded: Loaded) -> Settings:
    config, show = loaded.config, loaded.config.slideshow
    transition = 0.0 if show.transition is Transition.NONE else show.transition_seconds
    style = Style(config.picture.surround, config.picture.mat, show.motion)
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
        config_path=str(loaded.place),
        keep_signed_in=config.google.keep_signed_in,
        seed=os.urandom(32),
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
