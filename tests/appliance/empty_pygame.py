"""The least that a program in pygame can do under the unit: open the screen, paint it once, say so, and live on."""

from __future__ import annotations

import os
import socket
import time

import pygame

FED_SECONDS = 5.0


def tell(words: str) -> None:
    """sd_notify(3)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(words.encode(), os.environ["NOTIFY_SOCKET"])


pygame.display.init()
screen = pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
screen.fill("darkslateblue")
pygame.display.flip()
tell("READY=1")
while True:
    pygame.event.pump()
    tell("WATCHDOG=1")
    time.sleep(FED_SECONDS)
