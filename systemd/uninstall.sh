#!/usr/bin/env bash
# Removes the service. What the frame keeps (photos, catalog, sign-in, configuration) stays unless --purge is given.
#
#   sudo systemd/uninstall.sh [--purge]
set -euo pipefail

PURGE=
UNIT=/etc/systemd/system/kiosk.service

say() { echo "kiosk: $*"; }
fail() { echo "kiosk: $*" >&2; exit 1; }

for word in "$@"; do
    case $word in
        --purge) PURGE=yes ;;
        -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) fail "unknown: $word (allowed: --purge)" ;;
    esac
done
[ "$(id -u)" = 0 ] || fail "needs root: sudo systemd/uninstall.sh"

remove_unit() {
    local manager=
    [ ! -d /run/systemd/system ] || manager=yes
    rm -f /etc/systemd/user/kiosk.service
    [ -e "$UNIT" ] || return 0
    [ -z "$manager" ] || systemctl stop kiosk-update.timer kiosk-update.service kiosk-trial.service kiosk-boot-config.service \
        kiosk.service
    systemctl --quiet disable kiosk.service kiosk-boot-config.service kiosk-update.timer kiosk-trial.service
    rm -f "$UNIT" "${UNIT%/*}"/kiosk-{boot-config,update,trial}.service "${UNIT%/*}"/kiosk-update.timer
    # The console has its prompt back.
    systemctl --quiet enable getty@tty1.service
    [ -z "$manager" ] || { systemctl daemon-reload; systemctl --no-block start getty@tty1.service; }
}

remove_program() {
    [ "$(readlink /usr/local/bin/kiosk 2>/dev/null)" != /opt/kiosk/current/bin/kiosk ] || rm -f /usr/local/bin/kiosk
    rm -rf /opt/kiosk
}

remove_traces() {
    rm -rf /var/cache/kiosk /var/lib/kiosk /var/lib/kiosk-update /etc/kiosk /run/kiosk{,-boot} /etc/systemd/system/kiosk.service.{d,wants}
    rm -f /etc/sysusers.d/kiosk.conf
    if getent passwd kiosk >/dev/null; then userdel kiosk; fi
}

remove_unit
remove_program
if [ -n "$PURGE" ]; then
    remove_traces
    say "removed, with everything that it kept on this machine"
    say "Google has not been told: myaccount.google.com/permissions withdraws what was allowed"
else
    say "removed. Photos, catalog, sign-in and configuration are kept in /var/cache/kiosk, /var/lib/kiosk"
    say "and /etc/kiosk; --purge removes them. To let Google forget this frame, run sudo kiosk sign-out before"
fi
