"""An update, a broken one and a rollback in a small Debian: the real program, wheels and pip. In place of systemd a
script starts and stops the frame as its own user, and writes down what it was asked."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from kiosk.update.release import Order, make
from kiosk.update.signature import new_key
from tests.packaging.chroot import INSTALLED_FROM, LOCK, ROOT, WHEELS, Chroot

CALLS = "/var/log/systemctl-calls"
SYSTEMCTL = f"""echo "$*" >>{CALLS}
pid=$(cat /run/frame.pid 2>/dev/null)
alive() {{ [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$pid/status"; }}
case "$*" in
    "stop kiosk.service")
        if alive; then kill "$pid"; while alive; do sleep 0.1; done; fi
        rm -f /run/frame.pid ;;
    "--no-block start kiosk.service")
        alive && exit 0
        for folder in /var/lib/kiosk /var/cache/kiosk /run/kiosk; do
            mkdir -p $folder; chown kiosk:kiosk $folder; chmod 700 $folder
        done
        setsid setpriv --reuid=kiosk --regid=kiosk --clear-groups env -i PATH=/usr/bin:/bin HOME=/var/lib/kiosk \\
            SDL_VIDEODRIVER=dummy CONFIGURATION_DIRECTORY=/etc/kiosk STATE_DIRECTORY=/var/lib/kiosk \\
            CACHE_DIRECTORY=/var/cache/kiosk RUNTIME_DIRECTORY=/run/kiosk \\
            /opt/kiosk/current/bin/kiosk run >>/var/log/frame 2>&1 </dev/null &
        echo $! >/run/frame.pid ;;
    "show kiosk.service "*)
        if alive; then echo ActiveState=active; echo NRestarts=0
        else echo ActiveState=activating; echo NRestarts=1; fi
        echo "InvocationID=$pid" ;;
    *) exit 1 ;;
esac"""
BREAKS = (
    '\nimport os\nif "NOTIFY_SOCKET" not in os.environ:\n    raise RuntimeError("broken where it counts")\n'
)
"""Runs in the rehearsal, which has a socket for its manager, and not as this machine's service."""


def source_tree(folder: Path, version: str, *, broken: bool = False) -> Path:
    """This tree as another version."""
    folder.mkdir()
    for name in (*INSTALLED_FROM, LOCK):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    init = folder / "kiosk" / "__init__.py"
    init.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', init.read_text()))
    if broken:
        with (folder / "kiosk" / "cli" / "run.py").open("a") as code:
            code.write(BREAKS)
    return folder


class Updates:
    """A chroot that takes releases from a folder in it."""

    def __init__(self, frame: Chroot, folder: Path) -> None:
        self.frame, self.folder = frame, folder
        self._key = folder / "maker.pem"
        public = new_key(self._key)
        shutil.copy(public, frame.at("/etc/kiosk/release-keys") / public.name)
        frame.at("/releases").mkdir()
        with frame.at("/etc/kiosk/config.toml").open("a") as config:
            config.write('\n[update]\nsource = "/releases"\n[display]\nfullscreen = false\n')
        text = frame.at("/etc/kiosk/config.toml")
        # The example has the headings already, and TOML wants each once.
        lines = text.read_text().splitlines()
        text.write_text(
            "\n".join([line for line in lines[:-4] if not re.match(r"\[", line)] + lines[-4:]) + "\n"
        )
        frame.stand_in("/usr/local/sbin/systemctl", SYSTEMCTL)

    def offer(self, version: str, number: int, *, broken: bool = False) -> None:
        tree = source_tree(self.folder / version, version, broken=broken)
        order = Order(source=tree, key=self._key, number=number, wheels=self.frame.at(WHEELS))
        make(order, self.frame.at(f"/releases/{version}"))

    def do(self, *words: str) -> tuple[int, str]:
        """`kiosk WORDS` on a machine whose frame runs; what runs in the end is in `version`."""
        command = " ".join(words)
        script = (
            "systemctl --no-block start kiosk.service;"
            f"/usr/local/bin/kiosk {command}; code=$?; sleep 1;"
            "for n in $(seq 100); do"
            " /usr/local/bin/kiosk status --json >/var/log/status 2>/dev/null && break; sleep 0.3; done;"
            "systemctl stop kiosk.service; exit $code"
        )
        self.frame.at(CALLS).unlink(missing_ok=True)
        done = self.frame.run("sh", "-c", script)
        return done.returncode, done.stdout + done.stderr

    @property
    def version(self) -> str:
        """What answered last."""
        return str(json.loads(self.frame.at("/var/log/status").read_text())["version"])

    @property
    def calls(self) -> list[str]:
        """What was asked of systemd, but for looks, and for what `do` asks itself."""
        lines = self.frame.at(CALLS).read_text().splitlines()[1:-1]
        return [line for line in lines if not line.startswith("show ")]


def exercise(frame: Chroot, folder: Path) -> None:
    updates = Updates(frame, folder)
    (first,) = (path.name for path in frame.at("/opt/kiosk/releases").iterdir())
    stop, start = "stop kiosk.service", "--no-block start kiosk.service"

    updates.offer("7.1.0", 100)
    code, told = updates.do("update")
    assert code == 0, told
    assert updates.version == "7.1.0", told
    assert updates.calls == [stop, start]
    second = frame.at("/opt/kiosk/current").readlink().name
    assert second.startswith("7.1.0-python3.")

    updates.offer("7.2.0", 200, broken=True)
    code, told = updates.do("update")
    assert code == 1, told
    assert "systemd had to begin it anew" in told, told
    assert updates.version == "7.1.0"
    assert frame.at("/opt/kiosk/current").readlink().name == second
    assert sorted(path.name for path in frame.at("/opt/kiosk/releases").iterdir()) == sorted((first, second))
    code, told = updates.do("update")
    assert (code, "is not tried again" in told) == (0, True), told

    code, told = updates.do("rollback")
    assert code == 0, told
    assert frame.at("/opt/kiosk/current").readlink().name == first
    assert not frame.at("/opt/kiosk/before").is_symlink()
    # What root did in the frame's folders belongs to the frame.
    owners = frame.must("find", "/var/lib/kiosk", "/var/cache/kiosk", "!", "-user", "kiosk")
    assert owners == ""
