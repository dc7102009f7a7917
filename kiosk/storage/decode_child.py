"""The decode process: reads pictures that it is handed, answers with sound ones, and may do nothing else.

Started by decode_process.py, never imported by the kiosk. Standard input is a pipe that nobody writes to: it breaks
when the kiosk ends. Standard output is the socket. No picture's path, no environment, no secret comes in here.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import warnings
from importlib import import_module
from io import BytesIO
from typing import BinaryIO

from kiosk.core.model import Size
from kiosk.errors import Unreadable
from kiosk.storage import confine
from kiosk.storage.decode_wire import REQUEST, Kind, picture, told
from kiosk.storage.heads import LOOKED_AT, HeadFinder, head_finder
from kiosk.storage.normalise import import_plugins, normalise

# Whatever Pillow would import on its way: afterwards no file can be opened.
_LATE = ("ExifTags", "ImageCms", "ImageFile", "MpoImagePlugin", "PpmImagePlugin", "TiffImagePlugin")


def main(
    memory: int, idle: float, *, faces: bool = False
) -> None:  # pragma: no cover - it can be done in a process of its own only
    """memory: bytes beyond what the program itself takes. idle: seconds without work after which it ends.

    faces: look for them where OpenCV is installed.
    """
    end_with_the_kiosk()
    find_heads = rehearse(faces=faces)
    connection = socket.socket(fileno=1)
    connection.settimeout(idle)
    confine.limit(os.getpid(), memory)
    silence()
    lacking = confine.filter_calls(confine.abi(os.uname().machine, wide=sys.maxsize > 1 << 32))
    connection.sendall(told(Kind.READY, lacking))
    serve(connection, find_heads)
    os._exit(0)


def end_with_the_kiosk() -> None:  # pragma: no cover - the signal ends the process that asks for it
    """When the pipe breaks, the kernel sends SIGIO, which ends a process, in the middle of a picture as well.

    Not PR_SET_PDEATHSIG: that is sent when the *thread* that started this process ends. Ctrl+C and systemd's stop are
    for the kiosk, which ends in its own order.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)


def silence() -> None:  # pragma: no cover - it would silence the tests
    """What libraries say about hostile bytes is written by whoever sent them. Until here the log may hear of it."""
    warnings.simplefilter("ignore")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)


def rehearse(*, faces: bool = False) -> HeadFinder | None:
    """Everything once, so that all is imported that will be needed; what finds heads, if anything here does."""
    from PIL import Image

    Image.preinit()
    import_plugins()
    for name in _LATE:
        import_module(f"PIL.{name}")
    from PIL import AvifImagePlugin, ImageCms

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # it may not start another
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind, mode in (("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA")):
        file = BytesIO()
        Image.new(mode, (8, 16)).save(file, kind, exif=exif, icc_profile=profile)
        normalise(file, Size(4, 4))
    find_heads = head_finder() if faces else None
    if find_heads is not None:
        find_heads(Image.new("RGB", (LOOKED_AT, LOOKED_AT)))
    return find_heads


def serve(connection: socket.socket, find_heads: HeadFinder | None = None) -> None:
    """Answers until the other side closes, or says nothing for as long as the socket waits."""
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(connection, REQUEST.size, 1)
        except TimeoutError:
            return
        if len(message) < REQUEST.size or not descriptors:
            return
        with os.fdopen(descriptors[0], "rb") as file:
            reply = respond(file, Size(*REQUEST.unpack(message)), find_heads)
        connection.sendall(reply)


def respond(file: BinaryIO, box: Size, find_heads: HeadFinder | None = None) -> bytes:
    try:
        return picture(normalise(file, box, find_heads))
    except Unreadable as error:
        return told(Kind.UNREADABLE, str(error))
