#!/usr/bin/env bash
# Installs the named Debian packages that are missing: scripts/packages.sh PACKAGE…
# Services that they bring are not started: the tests run servers of their own.
set -euo pipefail

missing=()
for name in "$@"; do
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null || true)" = 'ii ' ] || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]}. Installing them needs Debian's apt-get and root." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 RUNLEVEL=1 # the last two keep package scripts from starting services
log=$(mktemp)
trap 'rm -f "$log"' EXIT

install() {
  apt-get -o DPkg::Lock::Timeout=600 update &&
    apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}"
}

# An earlier installation that was killed half-way leaves work to dpkg, and apt-get refuses until it is done.
if ! { install || { dpkg --configure -a && install; }; } >"$log" 2>&1 </dev/null; then
  tail -n 20 "$log" >&2
  exit 1
fi
