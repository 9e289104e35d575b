#!/usr/bin/env bash
# Brings the real local stores up and down: Redis, and FerretDB in front of PostgreSQL with DocumentDB.
#
#   scripts/stores.sh up       installs what is missing, starts what does not run; prints the two addresses on stdout
#   scripts/stores.sh down     stops the servers that `up` started, and nothing else
#   scripts/stores.sh status   says what runs; prints the two addresses if all of it answers, else exits with 1
#
# One instance serves every clone on the machine. It lives in $MEMBERGATE_STORES (default /var/lib/membergate-stores):
# root-N/ is a small Debian with PostgreSQL and its data, ferretdb-V a program, redis/ data, run/ pid files, ports, logs.
# To start afresh: `down`, then remove that directory.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${MEMBERGATE_STORES:-/var/lib/membergate-stores}
run=$home/run
recipe=1 # raise it when the way root-N is built changes
root=$home/root-$recipe
ferretdb_version=v2.7.0
ferretdb=$home/ferretdb-$ferretdb_version
owner=26543 # the servers' user and group id: a number of their own, with no name and no rights on the machine
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

. "$here/stores/progress.sh"
. "$here/stores/install.sh"
. "$here/stores/process.sh"
. "$here/stores/servers.sh"

exec 3>&1 1>&2 </dev/null # stdout is kept for the two addresses

# one_at_a_time waits for another run of this script; the lock is on descriptor 9, which no server inherits.
one_at_a_time() {
  local tries=150
  exec 9>"$home/lock"
  until flock -w 10 9; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || die "another run still holds $home/lock after 25 minutes; end it and try again"
    say "waiting for another run, or for an installation it began: $(tail -q -n 1 "$run"/build-*.log 2>/dev/null | tail -n 1 | cut -c 1-80)"
  done
}

# addresses prints the two lines that `make stores` promises.
addresses() {
  printf 'MONGODB_URI=mongodb://127.0.0.1:%s/\n' "$(port_of ferretdb)" >&3
  printf 'REDIS_URL=redis://127.0.0.1:%s/0\n' "$(port_of redis)" >&3
}

up() {
  if all_answer; then
    say "the stores already run"
    addresses
    return
  fi
  [ "$(id -u)" = 0 ] || die "the real stores are installed and started as root; you are $(id -un)"
  mkdir -p "$run"
  chmod 755 "$home" "$run"
  one_at_a_time
  install_missing
  ensure_redis
  ensure_postgres
  ensure_ferretdb
  say "ready: $(versions)"
  addresses
}

down() {
  if [ ! -d "$run" ]; then
    say "no stores were ever started here"
    return
  fi
  [ "$(id -u)" = 0 ] || die "the real stores are stopped as root; you are $(id -un)"
  one_at_a_time
  stop ferretdb TERM 10
  stop postgres INT 60 # a fast, clean shutdown
  stop redis TERM 30
}

status() {
  local name missing=0
  for name in redis postgres ferretdb; do
    if answers "$name"; then
      say "$name runs: process $(pid_of "$name"), port $(port_of "$name")"
    else
      say "$name does not run"
      missing=1
    fi
  done
  [ "$missing" = 0 ] || exit 1
  addresses
}

case ${1:-} in
  up | down | status) "$1" ;;
  build-root | build-ferretdb) "${1/-/_}" ;; # the steps that `up` runs side by side
  *)
    sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac
