#!/usr/bin/env bash
# Installs the frame as a service on Raspberry Pi OS Lite or Debian 12 or 13, 64-bit; a second run changes nothing.
#
#   sudo systemd/install.sh [--dry-run] [--wheelhouse DIR]
#
# --dry-run: prints every step and does none. --wheelhouse DIR: Python packages from this folder and no network at all
# (Debian packages that are missing are then only named). Whatever pip fetches is checked against requirements.lock.
set -euo pipefail

SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PREFIX=/opt/kiosk
CONFIG=/etc/kiosk
UNITS=/etc/systemd/system
PACKAGES=(python3-venv libfribidi0 libgbm1 libdrm2 libegl1 libgles2 libgl1-mesa-dri fonts-noto-core)
DRY= WHEELHOUSE= CHANGED=

say() { echo "kiosk: $*"; }
fail() { echo "kiosk: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case $1 in
        --dry-run) DRY=yes ;;
        --wheelhouse) [ $# -gt 1 ] || fail "--wheelhouse needs a folder"; WHEELHOUSE=$(realpath "$2"); shift ;;
        *) fail "unknown: $1 (allowed: --dry-run, --wheelhouse DIR)" ;;
    esac
    shift
done

# do WHAT COMMAND...: one step; the first word says what for.
step() {
    local what=$1
    shift
    CHANGED=yes
    say "$what"
    if [ -n "$DRY" ]; then echo "    $*"; else "$@"; fi
}

check_machine() {
    local id version
    [ -n "$DRY" ] || [ "$(id -u)" = 0 ] || fail "needs root: sudo systemd/install.sh"
    [ -r /etc/os-release ] || fail "/etc/os-release is missing: this is no Debian"
    id=$(. /etc/os-release && echo "${ID:-}")
    version=$(. /etc/os-release && echo "${VERSION_ID:-0}")
    case $id in debian | raspbian) ;; *) fail "this is ${id:-unknown}; Raspberry Pi OS and Debian are what this is for" ;; esac
    [ "${version%%.*}" -ge 12 ] || fail "this is Debian $version; 12 or newer is needed"
    case $(dpkg --print-architecture) in amd64 | arm64) ;; *) fail "a 64-bit system is needed; this is $(dpkg --print-architecture)" ;; esac
    [ -z "$WHEELHOUSE" ] || [ -d "$WHEELHOUSE" ] || fail "$WHEELHOUSE is not a folder"
}

install_packages() {
    local missing=() package
    for package in "${PACKAGES[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ -n "$WHEELHOUSE" ]; then
        say "missing Debian packages, to be installed by hand: ${missing[*]}"
        return 0
    fi
    step "reading Debian's package lists" apt-get update -qq
    step "installing ${missing[*]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"
}

# What decides whether a release is the same: everything that is installed from.
digest() {
    (cd "$SOURCE" && find kiosk assets pyproject.toml requirements.lock -type f ! -name '*.pyc' -print0 \
        | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
}

install_release() {
    local version name release pip
    version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$SOURCE/kiosk/__init__.py")
    name="$version-$(digest)"
    release="$PREFIX/releases/$name"
    if [ ! -e "$release/complete" ]; then
        pip=("$release/bin/python" -m pip install -qq --no-cache-dir --disable-pip-version-check --root-user-action ignore)
        [ -z "$WHEELHOUSE" ] || pip+=(--no-index --find-links "$WHEELHOUSE")
        # What was broken off is begun anew: a release is whole or it is none.
        [ ! -e "$release" ] || step "removing what was left of $name" rm -rf "$release"
        step "making $release" python3 -m venv "$release"
        step "installing what the frame needs, hash-checked" "${pip[@]}" --require-hashes -r "$SOURCE/requirements.lock"
        step "installing kiosk $version" "${pip[@]}" --no-deps --no-build-isolation "$SOURCE"
        step "that release is whole" touch "$release/complete"
    fi
    if [ "$(readlink "$PREFIX/current" 2>/dev/null)" != "releases/$name" ]; then
        step "$name is the one that runs" switch "releases/$name"
    fi
    if [ "$(readlink /usr/local/bin/kiosk 2>/dev/null)" != "$PREFIX/current/bin/kiosk" ]; then
        step "kiosk is a command" ln -sfn "$PREFIX/current/bin/kiosk" /usr/local/bin/kiosk
    fi
}

# One rename: at no moment is there no current release.
switch() {
    ln -sfn "$1" "$PREFIX/current.new"
    mv -T "$PREFIX/current.new" "$PREFIX/current"
    sync "$PREFIX"
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
    # Empty: the unit loads both, and an empty one counts as none.
    for file in client_secrets.json storage.key; do
        [ -e "$CONFIG/credentials/$file" ] || step "making an empty $file" install -m 0600 /dev/null "$CONFIG/credentials/$file"
    done
}

install_unit() {
    local before=$CHANGED
    put "$SOURCE/systemd/kiosk.service" "$UNITS/kiosk.service" 0644
    # Debian's own prompt would be started on the same console at every boot.
    [ "$(systemctl is-enabled getty@tty1.service 2>/dev/null)" != enabled ] || step "no log-in prompt on the first console" \
        systemctl disable getty@tty1.service
    [ "$(systemctl is-enabled kiosk.service 2>/dev/null)" = enabled ] || step "the frame starts with the machine" \
        systemctl enable kiosk.service
    if [ ! -d /run/systemd/system ]; then
        say "systemd does not run here: the frame starts at the next boot"
        return 0
    fi
    [ -z "$CHANGED$before" ] || step "telling systemd" systemctl daemon-reload
    [ -z "$CHANGED" ] && [ "$(systemctl is-active kiosk.service)" = active ] || step "starting the frame" systemctl restart kiosk.service
}

tell() {
    [ -n "$CHANGED" ] || say "nothing had to be done"
    [ -n "$DRY" ] && return 0
    cat <<TEXT

The frame is installed. Its screen is the one that is connected to this machine.

Next: put the OAuth client of your Google Cloud project into $CONFIG/config.toml
([google] client_id and client_secret), or its JSON file to
$CONFIG/credentials/client_secrets.json, and run: sudo systemctl restart kiosk
The frame then shows a QR code. README.md tells how to get a client.

  kiosk status             what it is doing
  journalctl -u kiosk      its log
  sudo kiosk doctor        what may be missing
TEXT
}

check_machine
install_packages
install_user
install_release
install_config
install_unit
tell
