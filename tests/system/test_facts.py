"""What the menu tells of the machine."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.system import facts

IF_INET6 = """\
00000000000000000000000000000001 01 80 10 80       lo
fe8000000000000002abcdfffe123456 02 40 20 80     eth0
20010db885a308d3dead000000000001 02 40 00 01     eth0
20010db885a308d313198a2e03707348 02 40 00 80     eth0
20010db885a308d30000000000000009 03 40 00 20    wlan0
fd000000000000000000000000000002 03 40 00 80    wlan0
"""


def test_the_address_is_one_that_lasts_and_that_others_reach(tmp_path: Path) -> None:
    listed = tmp_path / "if_inet6"
    listed.write_text(IF_INET6)
    found = facts.addresses(listed)
    assert found[-1] == "2001:db8:85a3:8d3:1319:8a2e:370:7348"
    assert len([address for address in found if ":" in address]) == facts.MOST_V6
    assert not [address for address in found if address.startswith(("127.", "fe80", "::1"))]


def test_a_kernel_without_ipv6_has_none(tmp_path: Path) -> None:
    assert not [address for address in facts.addresses(tmp_path / "nowhere") if ":" in address]


def test_the_machine_itself_is_no_address_and_an_interface_without_one_is_passed_over(tmp_path: Path) -> None:
    assert facts.addresses(tmp_path / "nowhere", ["lo", "no-such-device"]) == ()


def test_the_name_is_one_that_leads_here(tmp_path: Path) -> None:
    assert facts.name("frame", tmp_path / "nowhere") == "frame"
    (tmp_path / "socket").touch()
    assert facts.name("frame", tmp_path / "socket") == "frame.local"
    assert facts.name("frame.example.org", tmp_path / "socket") == "frame.example.org"


def test_the_free_space_is_that_of_the_pictures_card(tmp_path: Path) -> None:
    found = os.statvfs(tmp_path)
    told = facts.look_up("1.2.3", tmp_path)
    assert told.version == "1.2.3"
    assert told.free is not None
    assert told.free <= found.f_blocks * found.f_frsize
    assert told.free % found.f_frsize == 0
    assert facts.free(tmp_path / "nowhere") is None
