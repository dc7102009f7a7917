"""Measuring a picture once more that was stored without, by an older kiosk or before heads could be looked for.

In the decode process, so that OpenCV is not imported into the kiosk; it costs the show nothing but that process.
"""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from kiosk.core.focus import Measure
from kiosk.core.model import StoredItem
from kiosk.errors import Corrupt
from kiosk.storage.decoder import Decoder
from kiosk.storage.pictures import Pictures

_log = logging.getLogger(__name__)


class Measuring:
    """For one thread."""

    def __init__(self, pictures: Pictures, decoder: Decoder, *, looks: bool) -> None:
        """Opens nothing. looks: whether the decoder looks for heads."""
        self._pictures = pictures
        self._decoder = decoder
        self._looks = looks

    def measure(self, item: StoredItem) -> Measure | None:
        """What this picture still lacks; None where that is nothing, or where it cannot be had now."""
        if item.measure is not None and (item.measure.sought or not self._looks):
            return None
        try:
            with self._pictures.open(item.name) as file, _descriptor(file) as descriptor:
                measure = self._decoder.measured(descriptor, item.size)
        except Corrupt as error:
            _log.debug("Not measured: %s", error)  # whoever shows it says so aloud
            return None
        if measure is not None and not measure.sought:
            self._looks = False  # it is installed, but does not work
        return None if measure == item.measure else measure


@contextmanager
def _descriptor(file: BinaryIO) -> Iterator[int]:
    """Of the file, or of a copy that is on no card, as what was sealed is open in memory alone."""
    if not isinstance(file, io.BytesIO):
        yield file.fileno()
        return
    descriptor = os.memfd_create("kiosk-picture", os.MFD_CLOEXEC)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as copy:
            copy.write(file.getbuffer())
        yield descriptor
    finally:
        os.close(descriptor)
