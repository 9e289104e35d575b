# The three servers: their settings, how each is begun, and how it shows that it answers. Sourced by stores.sh.

# answers NAME: our own server replies to its own ping.
answers() {
  listens "$1" || return 1
  case $1 in
    redis) [ "$(timeout 5 redis-cli -h 127.0.0.1 -p "$(port_of redis)" ping 2>/dev/null)" = PONG ] ;;
    postgres) timeout 5 chroot "$root" /usr/lib/postgresql/18/bin/pg_isready -q -U postgres -h 127.0.0.1 -p "$(port_of postgres)" ;;
    ferretdb) timeout 5 "$ferretdb" ping --listen-addr="127.0.0.1:$(port_of ferretdb)" >/dev/null 2>&1 ;;
  esac
}

all_answer() { answers redis && answers postgres && answers ferretdb; }

as_owner=(setpriv --reuid="$owner" --regid="$owner" --clear-groups)

ensure_redis() { answers redis || { clear_away redis && start redis 26390; }; }

begin_redis() {
  install -d -o "$owner" -g "$owner" -m 700 "$home/redis"
  cat >"$run/redis.conf" <<-CONF
	bind 127.0.0.1
	port $(port_of redis)
	dir $home/redis
	appendonly yes
	appendfsync everysec
	save ""
	maxmemory-policy noeviction
	set-proc-title no
	CONF
  launch redis "${as_owner[@]}" redis-server "$run/redis.conf"
}

# ensure_postgres starts PostgreSQL and installs the extension, which is a no-op where it is already installed.
ensure_postgres() {
  answers postgres || {
    clear_away ferretdb # it must not keep connections, or an address, of an earlier server
    clear_away postgres
    end_orphans
    start postgres 25432
  }
  query 'SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS documentdb CASCADE' >>"$run/postgres.log" 2>&1 ||
    die "the documentdb extension could not be created; see $run/postgres.log"
}

# begin_postgres starts the server in its root, with mounts that end with it. Durability stays on: crash tests rely on it.
begin_postgres() {
  # No process of this root is left (end_orphans), so the process numbers in these files are somebody else's by now.
  rm -f "$root/srv/members/postmaster.pid" "$root"/run/postgresql/.s.PGSQL.*
  install -d -o "$owner" -g "$owner" "$root/run/postgresql"
  echo '127.0.0.1 localhost' >"$root/etc/hosts" # DocumentDB builds indexes over connections to "localhost"
  cat >"$root/etc/members.conf" <<-CONF
	listen_addresses = '127.0.0.1'
	port = $(port_of postgres)
	max_connections = 200
	shared_buffers = 256MB
	work_mem = 16MB
	maintenance_work_mem = 128MB
	max_wal_size = 2GB
	checkpoint_timeout = 15min
	fsync = on
	synchronous_commit = on
	jit = off
	deadlock_timeout = 10ms # writers that race for a unique index wait for one another; they should not for a second
	max_worker_processes = 16
	shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
	cron.database_name = 'postgres'
	cron.use_background_workers = on
	cron.log_run = off
	cron.log_statement = off
	log_min_error_statement = panic # duplicate keys are the tests' daily bread
	CONF
  launch postgres "${private_mounts[@]}" bash -c '
    mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev" &&
    exec chroot --userspec="$2:$2" --groups= "$1" /usr/lib/postgresql/18/bin/postgres -D /srv/members -c log_line_prefix="%m [%p] "' \
    begin "$root" "$owner"
}

# query runs one SQL text on our server and prints bare rows.
query() {
  timeout 120 chroot --userspec="$owner:$owner" --groups= "$root" /usr/lib/postgresql/18/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$(port_of postgres)" -U postgres -d postgres -c "$1"
}

ensure_ferretdb() { answers ferretdb || { clear_away ferretdb && start ferretdb 27217; }; }

begin_ferretdb() {
  install -d -o "$owner" -g "$owner" "$run/ferretdb"
  launch ferretdb "${as_owner[@]}" "$ferretdb" --state-dir="$run/ferretdb" --listen-addr="127.0.0.1:$(port_of ferretdb)" \
    --postgresql-url="postgres://postgres@127.0.0.1:$(port_of postgres)/postgres" \
    --telemetry=disable --no-auth --debug-addr=- --log-level=warn
}

# clear_away NAME ends our own server if it lives but does not answer.
clear_away() { ! is_ours "$1" || stop "$1" TERM 5; }

# end_orphans waits for the backends of a killed PostgreSQL, which hold its shared memory, and ends those that stay.
end_orphans() {
  local tries=100 left
  while left=$(for p in /proc/[0-9]*; do [ "$p/root/" -ef "$root/" ] && echo "${p#/proc/}"; done) && [ -n "$left" ]; do
    [ "$tries" -gt 0 ] || xargs -r kill -KILL <<<"$left" 2>/dev/null || true
    sleep 0.1
    tries=$((tries - 1))
  done
}

# versions names what runs, for people and for the engine list of the tests.
versions() {
  printf 'Redis %s, FerretDB %s on PostgreSQL %s with DocumentDB %s' \
    "$(redis-server --version | sed 's/.* v=\([^ ]*\).*/\1/')" "${ferretdb_version#v}" \
    "$(query 'SHOW server_version' | cut -d' ' -f1)" "$(query "SELECT extversion FROM pg_extension WHERE extname = 'documentdb'")"
}
