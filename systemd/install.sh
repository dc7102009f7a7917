#!/usr/bin/env bash
# Installs the frame on Raspberry Pi OS or Debian 12 or 13, 64-bit; a second run changes nothing.
#
#   sudo systemd/install.sh [--dry-run] [--wheelhouse DIR] [--desktop]
#
# --dry-run         prints every step and does none; needs no root
# --wheelhouse DIR  Python packages from this folder, and no network at all: Debian packages that are missing are named
# --desktop         no service for the whole machine but a unit that a person enables for their own desktop
#
# Whatever pip fetches is checked against the hashes in requirements.lock.
set -euo pipefail
umask 022 # The frame's own user reads what root installs.
export LC_ALL=C

SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PREFIX=/opt/kiosk
CONFIG=/etc/kiosk
UNITS=/etc/systemd/system
PYTHON=/usr/bin/python3
PACKAGES=(python3-venv libfribidi0 libgbm1 libdrm2 libegl1 libgles2 libgl1-mesa-dri fonts-noto-core)
DRY= WHEELHOUSE= DESKTOP= CHANGED= HINT= CURRENT= PREVIOUS=

say() { echo "kiosk: $*"; }
fail() { echo "kiosk: $*" >&2; exit 1; }

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

read_words() {
    while [ $# -gt 0 ]; do
        case $1 in
            --dry-run) DRY=yes ;;
            --desktop) DESKTOP=yes ;;
            --wheelhouse)
                [ $# -gt 1 ] || fail "--wheelhouse needs a folder"
                [ -d "$2" ] || fail "$2 is not a folder"
                WHEELHOUSE=$(realpath "$2")
                shift
                ;;
            -h | --help) usage; exit 0 ;;
            *) fail "unknown: $1 (allowed: --dry-run, --wheelhouse DIR, --desktop)" ;;
        esac
        shift
    done
}

# step WHAT COMMAND...: does it, or shows it; HINT is what to look at when it fails.
step() {
    local what=$1
    shift
    CHANGED=yes
    say "$what"
    if [ -n "$DRY" ]; then
        printf '   '; printf ' %q' "$@"; echo
    else
        "$@" || fail "stopped at \"$what\"; run this again when it is mended.${HINT:+ $HINT}"
    fi
}

check_machine() {
    local id version architecture
    [ -n "$DRY" ] || [ "$(id -u)" = 0 ] || fail "needs root: sudo systemd/install.sh"
    [ -r /etc/os-release ] || fail "/etc/os-release is missing: this is no Debian"
    id=$(. /etc/os-release && echo "${ID:-}")
    version=$(. /etc/os-release && echo "${VERSION_ID:-}")
    case $id in debian | raspbian) ;; *) fail "this is ${id:-unknown}; Raspberry Pi OS and Debian are what this is for" ;; esac
    # Debian's testing has no number.
    [ -z "$version" ] || [ "${version%%.*}" -ge 12 ] || fail "this is Debian $version; 12 or newer is needed"
    architecture=$(dpkg --print-architecture)
    case $architecture in amd64 | arm64) ;; *) fail "a 64-bit system is needed; this one is $architecture" ;; esac
    if [ -z "$DRY" ]; then
        # Two at once would take each other's half releases away. The lock goes with this program.
        exec 9<"${BASH_SOURCE[0]}"
        flock -n 9 || fail "another install.sh is running"
        # And kiosk update has its lock here.
        if [ -d "$PREFIX" ]; then
            exec 8<"$PREFIX"
            flock -n 8 || fail "an update is running"
        fi
    elif [ -d "$CONFIG" ] && [ ! -x "$CONFIG" ]; then
        say "only root can look into $CONFIG: what is there already is listed all the same"
    fi
}

install_packages() {
    local missing=() package
    for package in "${PACKAGES[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ -z "$WHEELHOUSE" ]; then
        local HINT="Is there a network? \`apt-get update\` says more."
        step "reading Debian's package lists" apt-get update -qq
        step "installing ${missing[*]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"
        return 0
    fi
    case " ${missing[*]} " in
        *" python3-venv "*) fail "python3-venv is missing, and nothing is fetched with --wheelhouse: install it first" ;;
    esac
    say "missing, and not fetched with --wheelhouse: ${missing[*]}"
}

# What decides whether a release is the same: all that it is made from, Debian's Python with it.
release_name() {
    local version python digest
    version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$SOURCE/kiosk/__init__.py")
    python=$(readlink -f "$PYTHON")
    digest=$(cd "$SOURCE" && find kiosk assets systemd/kiosk.service config.example.toml pyproject.toml requirements.lock \
        -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
    echo "$version-${python##*/}-$digest"
}

install_release() {
    local name release pip HINT="Is there a network?"
    name=$(release_name)
    release="$PREFIX/releases/$name"
    pip=("$release/bin/python" -m pip install -qq --no-cache-dir --disable-pip-version-check --root-user-action ignore)
    if [ -n "$WHEELHOUSE" ]; then
        pip+=(--no-index --find-links "$WHEELHOUSE")
        HINT="Does $WHEELHOUSE hold a wheel for each line of requirements.lock, for this Python?"
    fi
    if [ ! -e "$release/complete" ]; then
        # What was broken off is begun anew: a release is whole or it is none.
        [ ! -e "$release" ] || step "removing what an earlier run left of $name" rm -rf "$release"
        step "making $release" "$PYTHON" -m venv "$release"
        step "installing what the frame needs, hash-checked" "${pip[@]}" --require-hashes -r "$SOURCE/requirements.lock"
        step "installing kiosk" "${pip[@]}" --no-deps --no-build-isolation "$SOURCE"
        # On the card before it is called whole: the power may go at any time.
        step "writing it to the card" sync -f "$release"
        step "that release is whole" touch "$release/complete"
    fi
    CURRENT=releases/$name
    PREVIOUS=$(readlink "$PREFIX/before" 2>/dev/null || readlink "$PREFIX/current" 2>/dev/null) || PREVIOUS=
    # A trial of kiosk update that was broken off: whoever installs by hand knows what is wanted.
    [ ! -L "$PREFIX/before" ] || step "ending the trial of an update" rm "$PREFIX/before"
    if [ "$(readlink "$PREFIX/current" 2>/dev/null)" != "$CURRENT" ]; then
        step "the release that runs is $name" switch "$CURRENT"
    fi
    if [ "$(readlink /usr/local/bin/kiosk 2>/dev/null)" != "$PREFIX/current/bin/kiosk" ]; then
        step "kiosk is a command" ln -sfn "$PREFIX/current/bin/kiosk" /usr/local/bin/kiosk
    fi
}

# One rename: at no moment is there no current release.
switch() {
    ln -sfn "$1" "$PREFIX/current.new" && mv -T "$PREFIX/current.new" "$PREFIX/current" && sync "$PREFIX"
}

# The one that runs and the one that it took over from, to go back to; a run that took over nothing keeps the newest of
# the others. After a rollback that one would be the version that somebody went back from.
remove_old_releases() {
    local release kept=$PREVIOUS
    [ -d "$PREFIX/releases" ] || return 0
    if [ "$kept" = "$CURRENT" ] || [ ! -e "$PREFIX/$kept/complete" ]; then kept=; fi
    while read -r release; do
        case releases/$release in "$CURRENT" | "$kept") continue ;; esac
        if [ -z "$kept" ] && [ -e "$PREFIX/releases/$release/complete" ]; then kept=releases/$release; continue; fi
        step "removing the old release $release" rm -rf "$PREFIX/releases/$release"
    done < <(ls -t "$PREFIX/releases")
}

# put FILE TARGET MODE: unless it is there already, the same.
put() {
    cmp -s "$1" "$2" || step "writing $2" install -D -m "$3" "$1" "$2"
}

install_user() {
    put "$SOURCE/systemd/kiosk.sysusers.conf" /etc/sysusers.d/kiosk.conf 0644
    getent passwd kiosk >/dev/null || step "making the user kiosk" systemd-sysusers /etc/sysusers.d/kiosk.conf
}

install_config() {
    local file
    [ -d "$CONFIG" ] || step "making $CONFIG" install -d -m 0750 -o root -g kiosk "$CONFIG"
    [ -e "$CONFIG/config.toml" ] || step "writing $CONFIG/config.toml" \
        install -m 0640 -o root -g kiosk "$SOURCE/config.example.toml" "$CONFIG/config.toml"
    [ -d "$CONFIG/credentials" ] || step "making $CONFIG/credentials" install -d -m 0700 "$CONFIG/credentials"
    # Empty: nobody may update this frame until somebody puts a public key there.
    [ -d "$CONFIG/release-keys" ] || step "making $CONFIG/release-keys" install -d -m 0755 "$CONFIG/release-keys"
    # Empty: the unit loads both, and an empty one counts as none.
    for file in client_secrets.json storage.key; do
        [ -e "$CONFIG/credentials/$file" ] || step "making an empty $file" install -m 0600 /dev/null "$CONFIG/credentials/$file"
    done
}

install_unit() {
    local unit
    put "$SOURCE/systemd/kiosk.service" "$UNITS/kiosk.service" 0644
    for unit in kiosk-boot-config.service kiosk-update.service kiosk-update.timer kiosk-trial.service; do
        put "$SOURCE/systemd/$unit" "$UNITS/$unit" 0644
    done
    # Debian's own prompt would be started on the same console at every boot.
    [ "$(systemctl is-enabled getty@tty1.service 2>/dev/null)" != enabled ] || step "no log-in prompt on the first console" \
        systemctl --quiet disable getty@tty1.service
    # The timer is not enabled: whether a frame updates itself is its owner's to say.
    [ "$(systemctl is-enabled kiosk-trial.service 2>/dev/null)" = enabled ] || step "an update is judged at the boot too" \
        systemctl --quiet enable kiosk-trial.service
    [ "$(systemctl is-enabled kiosk-boot-config.service 2>/dev/null)" = enabled ] || step "a kiosk.toml on the boot partition counts" \
        systemctl --quiet enable kiosk-boot-config.service
    [ "$(systemctl is-enabled kiosk.service 2>/dev/null)" = enabled ] || step "the frame starts with the machine" \
        systemctl --quiet enable kiosk.service
    if [ ! -d /run/systemd/system ]; then
        say "systemd does not run here: the frame starts at the next boot"
        return 0
    fi
    if [ -z "$CHANGED" ] && [ "$(systemctl is-active kiosk.service)" = active ]; then return 0; fi
    step "telling systemd" systemctl daemon-reload
    local HINT="\`journalctl -u kiosk\` says more."
    step "starting the frame" systemctl restart kiosk.service
}

# Where a screen is connected, as the kernel sees it.
screens() {
    local status name found=
    for status in /sys/class/drm/card*-*/status; do
        [ -r "$status" ] && [ "$(cat "$status")" = connected ] || continue
        name=${status%/status}
        name=${name##*/}
        found+=" ${name#card*-}"
    done
    if [ -n "$found" ]; then echo "The screen is the one at$found."; else echo "No screen is connected yet."; fi
}

# A client of Google's is what a frame waits for that has just been installed.
next_step() {
    if [ -s "$CONFIG/credentials/client_secrets.json" ] || grep -qs '^ *client_id = "..*"' "$CONFIG/config.toml"; then
        echo "It has a client of Google's, and shows a QR code until somebody has picked photographs."
        return 0
    fi
    local place="/boot/firmware (in another computer: the card's drive bootfs)"
    [ -d /boot/firmware ] || place=/boot
    cat <<TEXT
Next: README.md tells how to get a client from Google. Put its JSON file, whatever
it is called, to $place,
and run: sudo systemctl restart kiosk
The screen then shows a QR code.
TEXT
}

tell() {
    [ -n "$CHANGED" ] || say "nothing had to be done"
    [ -z "$DRY" ] || return 0
    if [ -n "$DESKTOP" ]; then
        cat <<TEXT

The frame is installed. Whoever has the desktop starts it with it, as themselves:
  systemctl --user daemon-reload && systemctl --user enable --now kiosk
Its configuration is ~/.config/kiosk/config.toml; README.md tells what belongs into it.
TEXT
        return 0
    fi
    cat <<TEXT

The frame is installed. $(screens)

$(next_step)

  sudo kiosk status        what it is doing
  sudo journalctl -u kiosk its log
  sudo kiosk doctor --config $CONFIG/config.toml
TEXT
}

read_words "$@"
check_machine
cd / # `python -m` takes modules from where it is begun, and that may be anybody's folder.
install_packages
[ -n "$DESKTOP" ] || install_user
install_release
if [ -n "$DESKTOP" ]; then
    put "$SOURCE/systemd/kiosk-user.service" /etc/systemd/user/kiosk.service 0644
else
    install_config
    install_unit
fi
remove_old_releases
tell
