"""One decode process for all tests of a run that only want their pictures stored; started by the first of them."""

from __future__ import annotations

from functools import cache

from kiosk.storage.decoder import Decoder


@cache
def shared_decoder() -> Decoder:
    return Decoder()


def close_shared_decoder() -> None:
    if shared_decoder.cache_info().currsize:
        shared_decoder().close()
        shared_decoder.cache_clear()
