"""What the doctor says of turning the panel off."""

from __future__ import annotations

from pathlib import Path

from kiosk.config import PowerMethod, SleepConfig
from kiosk.doctor.check import Verdict
from kiosk.doctor.panel import WANTED, panel_power
from kiosk.system.panel_memory import PanelMemory
from kiosk.system.panel_methods import methods

NIGHT = SleepConfig(hours=("22:00-07:00",))


def test_each_method_is_named_with_its_reason(tmp_path: Path) -> None:
    found = methods(
        PowerMethod.AUTO, {"PATH": ""}, PanelMemory(None), devices=tmp_path, backlights=tmp_path / "none"
    )
    check = panel_power(NIGHT, tmp_path, {}, graphics=tmp_path, found=found)
    assert check.verdict is Verdict.WARN
    assert f"kms: there is no {tmp_path}/card*" in check.says
    for name, tool in {"wlopm": "wlopm", "vcgencmd": "vcgencmd", "cec": "cec-ctl", "ddc": "ddcutil"}.items():
        assert f"{name}: {tool} is not installed" in check.says
    assert "backlight: there is no backlight" in check.says
    assert "wlopm" in check.cure


def test_without_sleep_hours_nothing_is_missed(tmp_path: Path) -> None:
    check = panel_power(SleepConfig(method=PowerMethod.WLOPM), tmp_path, {"PATH": ""}, graphics=tmp_path)
    assert check.verdict is Verdict.OK
    assert check.says.startswith("to try in sleep hours: nothing")


def test_on_a_console_the_kernel_does_it(tmp_path: Path) -> None:
    (tmp_path / "card1").touch()
    sleep = SleepConfig(hours=("22:00-07:00",), method=PowerMethod.KMS)
    assert panel_power(sleep, tmp_path, {}, graphics=tmp_path).says == "to try in sleep hours: kms"
    desktop = panel_power(sleep, tmp_path, {"DISPLAY": ":0"}, graphics=tmp_path)
    assert (desktop.verdict, "kms: a desktop has the display" in desktop.says) == (Verdict.WARN, True)


def test_black_needs_nothing(tmp_path: Path) -> None:
    check = panel_power(SleepConfig(method=PowerMethod.BLACK), tmp_path, {})
    assert (check.verdict, check.says) == (Verdict.OK, "it stays on; the screen is painted black")


def test_a_method_that_the_service_is_kept_from_is_named_with_its_drop_in(tmp_path: Path) -> None:
    units, devices, tools = (tmp_path / name for name in ("units", "dev", "bin"))
    for folder in (units, devices, tools):
        folder.mkdir()
    (devices / "cec0").touch()
    (tools / "cec-ctl").write_text("#!/bin/sh\n")
    (tools / "cec-ctl").chmod(0o755)
    sleep = SleepConfig(hours=NIGHT.hours, method=PowerMethod.CEC)
    found = methods(PowerMethod.CEC, {"PATH": str(tools)}, PanelMemory(None), devices=devices)

    def told() -> tuple[Verdict, str, str]:
        check = panel_power(sleep, tmp_path, {}, found=found, units=units)
        return check.verdict, check.says, check.cure

    assert told() == (Verdict.OK, "to try in sleep hours: cec", ""), "no service is installed here"
    (units / "kiosk.service").touch()
    verdict, says, cure = told()
    assert (verdict, "(not here: cec: the service is kept from it)" in says) == (Verdict.WARN, True)
    assert "systemd/drop-ins/cec.conf" in cure
    drop_in = Path(__file__).parents[2] / "systemd" / "drop-ins" / "cec.conf"
    (units / "kiosk.service.d").mkdir()
    (units / "kiosk.service.d" / "anything.conf").write_bytes(drop_in.read_bytes())
    assert told() == (Verdict.OK, "to try in sleep hours: cec", "")


def test_each_drop_in_gives_what_the_doctor_looks_for() -> None:
    folder = Path(__file__).parents[2] / "systemd" / "drop-ins"
    assert {path.stem: True for path in folder.glob("*.conf")} == {
        name: word in (folder / f"{name}.conf").read_text() for name, word in WANTED.items()
    }
