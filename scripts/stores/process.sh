# Knows the servers as processes: which one is ours, where it listens, how it is started and stopped. Nothing here
# connects to a port before the kernel's own tables say that our process listens on it. Sourced by stores.sh.

pid_of() { cat "$run/$1.pid" 2>/dev/null || echo 0; }
port_of() { cat "$run/$1.port" 2>/dev/null || echo 0; }

# is_ours NAME: the process in the pid file lives and is the very program that we started, not a later one with its number.
is_ours() {
  local pid line
  pid=$(pid_of "$1")
  line=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") || return 1
  case $1 in
    redis) [[ $line == *"redis-server $run/redis.conf "* ]] ;;
    ferretdb) [[ $line == "$home/ferretdb-"*" --state-dir=$run/ferretdb "* ]] ;;
    postgres) [[ $line == */postgres" -D /srv/members "* && /proc/$pid/root/ -ef $root/ ]] ;;
  esac
}

# listeners PORT prints the kernel's socket numbers that listen on PORT, on any address.
listeners() {
  awk -v end=":$(printf '%04X' "$1")" '$4 == "0A" && substr($2, length($2) - 4) == end { print $10 }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# listens NAME: our own process listens on the port that we gave it.
listens() {
  local socket
  is_ours "$1" || return 1
  for socket in $(listeners "$(port_of "$1")"); do
    find "/proc/$(pid_of "$1")/fd" -lname "socket:\[$socket\]" 2>/dev/null | grep -q . && return 0
  done
  return 1
}

# take_port NAME FIRST chooses the port NAME had before, or the first from FIRST on where nobody listens.
take_port() {
  local port
  for port in $(port_of "$1") $(seq "$2" "$(($2 + 200))"); do
    if [ "$port" != 0 ] && [ -z "$(listeners "$port")" ]; then
      echo "$port" >"$run/$1.port"
      return
    fi
  done
  die "no free port for $1 between $2 and $(($2 + 200))"
}

# launch NAME COMMAND… starts a server detached from this script, its process number in the pid file.
launch() {
  local name=$1
  shift
  env -i PATH="$PATH" LC_ALL=C.UTF-8 HOME="$run/$name" setsid bash -c 'echo $$ >"$1"; shift; exec "$@"' \
    launch "$run/$name.pid" "$@" </dev/null >>"$run/$name.log" 2>&1 3>&- 9>&- &
  disown $!
}

# await NAME SECONDS polls until NAME answers; it returns 1 as soon as the process has ended.
await() {
  local from=$SECONDS
  until answers "$1"; do
    sleep 0.1
    [ $((SECONDS - from)) -lt 2 ] || is_ours "$1" || return 1
    [ $((SECONDS - from)) -lt "$2" ] || die "$1 runs but did not answer within $2 s; its log is $run/$1.log"
  done
}

# start NAME FIRST_PORT starts NAME with its begin_NAME function; a port taken in between costs one more try.
start() {
  local try
  say "$1: starts"
  for try in 0 1 2; do
    take_port "$1" $(($2 + 10 * try))
    "begin_$1"
    if await "$1" 60; then
      say "$1: answers on port $(port_of "$1")"
      return
    fi
    echo 0 >"$run/$1.port"
  done
  tail -n 20 "$run/$1.log" >&2
  die "$1 does not start; its log is $run/$1.log"
}

# stop NAME SIGNAL SECONDS ends our server, by force after SECONDS, and leaves any other process alone.
stop() {
  local pid tries=$(($3 * 10))
  if ! is_ours "$1"; then
    say "$1: does not run"
    rm -f "$run/$1.pid"
    return
  fi
  pid=$(pid_of "$1")
  kill "-$2" "$pid"
  kill -CONT "$pid" # a suspended process cannot obey
  while is_ours "$1"; do
    [ "$tries" != 0 ] || kill -KILL "$pid"
    [ "$tries" -gt -100 ] || die "$1 (process $pid) cannot be ended"
    sleep 0.1
    tries=$((tries - 1))
  done
  rm -f "$run/$1.pid"
  say "$1: stopped"
}
