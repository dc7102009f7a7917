"""The bytes behind base URLs.

What is known of them is in Google's Picker guide ("List and retrieve media items") and in what others observed: a
parameter and the bearer are mandatory, a stale or bare one answers 403 with an image/png body, ``=d`` honours Range,
``=dv`` is a 302 to another host that wants no bearer and ignores Range.
"""

from __future__ import annotations

import re

from kiosk.demo.answers import Answer, Request, redirect, rpc_error, tile
from kiosk.demo.library import DemoItem
from kiosk.demo.renditions import UNREADABLE, Renditions
from kiosk.demo.routes import MEDIA_PREFIX, VIDEO_PREFIX
from kiosk.demo.sizing import Ask, ask
from kiosk.demo.state import World, fresh
from kiosk.demo.video import moving_still

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_CACHE = ("Cache-Control", "private, max-age=86400, no-transform")


def media(world: World, renditions: Renditions, request: Request) -> Answer:
    """``GET {baseUrl}={parameters}``."""
    key, _, parameters = request.path.removeprefix(MEDIA_PREFIX).partition("=")
    if not parameters or not request.had_bearer:
        return tile()
    with world.changed:
        access, base = world.live_access(request.bearer), world.base_urls.get(key)
        stale = base is None or world.clock() >= base.expires_at
        settings = world.settings
    if access is None:
        return tile(settings.dead_token_media_status)
    if base is None or stale or (base.user, base.client_id) != (access.user, access.client_id):
        return tile()
    wanted = ask(parameters)
    if wanted is None:
        return rpc_error("INVALID_ARGUMENT", "Invalid base URL parameters.")
    if wanted.video:
        return _video_redirect(world, base.item)
    if wanted.download:
        return _download(base.item, request)
    return sized(world, renditions, base.item, wanted)


def sized(world: World, renditions: Renditions, item: DemoItem, wanted: Ask) -> Answer:
    """A sized picture: JPEG, whatever the original is."""
    settings = world.settings
    try:
        picture = renditions.get(
            item, wanted, keep_orientation=settings.keep_orientation, quality=settings.jpeg_quality
        )
    except UNREADABLE:
        return rpc_error("INTERNAL", "The picture cannot be read.")
    return Answer(200, picture, "image/jpeg", (_CACHE, ("X-Content-Type-Options", "nosniff")))


def _download(item: DemoItem, request: Request) -> Answer:
    """The original. The demo has JPEG files only, so a HEIC item comes as JPEG here too."""
    content = item.source.original()
    name = ("Content-Disposition", f'attachment;filename="{item.filename}"')
    return in_range(content, "image/jpeg", request.headers.get("range", ""), (name, _CACHE))


def in_range(content: bytes, content_type: str, wanted: str, headers: tuple[tuple[str, str], ...]) -> Answer:
    """200, 206 or 416 as RFC 9110 section 14 has it, for one range of bytes."""
    headers = (*headers, ("Accept-Ranges", "bytes"))
    match = _RANGE.fullmatch(wanted.replace(" ", ""))
    if match is None or match[1] == match[2] == "":
        return Answer(200, content, content_type, headers)
    size = len(content)
    first = int(match[1]) if match[1] else max(0, size - int(match[2]))
    last = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
    if first >= size or last < first:
        return Answer(416, b"", content_type, (*headers, ("Content-Range", f"bytes */{size}")))
    span = ("Content-Range", f"bytes {first}-{last}/{size}")
    return Answer(206, content[first : last + 1], content_type, (*headers, span))


def _video_redirect(world: World, item: DemoItem) -> Answer:
    if item.kind != "VIDEO":
        return rpc_error("INVALID_ARGUMENT", "Not a video.")
    key = fresh("")
    with world.changed:
        world.videos[key] = item
    return redirect(f"{world.video_url}{VIDEO_PREFIX}{key}")


def video(world: World, request: Request) -> Answer:
    """The other host: the moving picture to whoever knows the address; no bearer, no Range."""
    item = world.videos.get(request.path.removeprefix(VIDEO_PREFIX))
    if item is None:
        return tile()
    return Answer(200, moving_still(item), "video/x-msvideo")
