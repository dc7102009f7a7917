#!/usr/bin/env bash
# Removes the service. What the frame keeps (photos, catalog, sign-in, configuration) stays unless --purge is given.
#
#   sudo systemd/uninstall.sh [--purge]
set -euo pipefail

PURGE=
for word in "$@"; do
    case $word in
        --purge) PURGE=yes ;;
        *) echo "kiosk: unknown: $word (allowed: --purge)" >&2; exit 1 ;;
    esac
done
[ "$(id -u)" = 0 ] || { echo "kiosk: needs root: sudo systemd/uninstall.sh" >&2; exit 1; }

if [ -e /etc/systemd/system/kiosk.service ]; then
    [ ! -d /run/systemd/system ] || systemctl stop kiosk.service
    systemctl disable kiosk.service 2>/dev/null || true
    rm -f /etc/systemd/system/kiosk.service
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
fi
# The console has its prompt back.
systemctl enable getty@tty1.service 2>/dev/null || true
[ "$(readlink /usr/local/bin/kiosk 2>/dev/null)" != /opt/kiosk/current/bin/kiosk ] || rm -f /usr/local/bin/kiosk
rm -rf /opt/kiosk

if [ -z "$PURGE" ]; then
    echo "kiosk: removed. Photos, catalog, sign-in and configuration are kept in /var/cache/kiosk, /var/lib/kiosk"
    echo "kiosk: and /etc/kiosk; --purge removes them. Whoever wants Google to forget this frame disconnects it first."
    exit 0
fi
rm -rf /var/cache/kiosk /var/lib/kiosk /etc/kiosk /run/kiosk
if getent passwd kiosk >/dev/null; then userdel kiosk; fi
rm -f /etc/sysusers.d/kiosk.conf
echo "kiosk: removed, with everything that it kept on this machine"
