#!/usr/bin/env bash
# Removes the service. What the frame keeps (photos, catalog, sign-in, configuration) stays unless --purge is given.
#
#   sudo systemd/uninstall.sh [--purge]
set -euo pipefail

PURGE=
UNITS=/etc/systemd/system

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

# An update would go on putting things where they are taken away.
check_alone() {
    [ -d /opt/kiosk ] || return 0
    exec 8</opt/kiosk # It has its lock there, as install.sh has.
    flock -n 8 || fail "an update or install.sh is running; it ends by itself, run this again then"
}

remove_unit() {
    local manager= unit units=()
    [ ! -d /run/systemd/system ] || manager=yes
    rm -f /etc/systemd/user/kiosk.service
    # systemctl fails for what an older install.sh, or one that was broken off, has not put there.
    for unit in kiosk-update.timer kiosk-update.service kiosk-trial.service kiosk-boot-config.service kiosk.service; do
        [ ! -e "$UNITS/$unit" ] || units+=("$unit")
    done
    [ ${#units[@]} -gt 0 ] || return 0
    [ -z "$manager" ] || systemctl stop "${units[@]}"
    systemctl --quiet disable "${units[@]}"
    rm -f "${units[@]/#/$UNITS/}"
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

check_alone
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
