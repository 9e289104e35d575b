# Progress lines with the elapsed seconds, and installation steps that run side by side. Sourced by stores.sh.

say() { printf '[%3d s] %s\n' "$SECONDS" "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

declare -A step_pid=() step_log=()

# start_step NAME COMMAND runs one of this script's own commands in its own process group, so that it ends as a whole.
# It keeps the lock: if this run is killed, the next one waits for the step instead of fighting it.
start_step() {
  step_log[$1]=$run/$2.log
  setsid "$here/stores.sh" "$2" >"${step_log[$1]}" 2>&1 3>&- &
  step_pid[$1]=$!
  say "$1: begins"
}

# finish_steps waits for every step, showing each one's newest log line now and then. The first failure ends them all.
finish_steps() {
  local name ticks=0
  while [ ${#step_pid[@]} -gt 0 ]; do
    for name in "${!step_pid[@]}"; do
      if kill -0 "${step_pid[$name]}" 2>/dev/null; then
        [ $((ticks % 5)) != 4 ] || say "$name: $(tail -n 1 "${step_log[$name]}" | cut -c 1-100)"
      elif wait "${step_pid[$name]}"; then
        unset "step_pid[$name]"
        say "$name: done"
      else
        unset "step_pid[$name]"
        tail -n 20 "${step_log[$name]}" >&2
        die "$name could not be installed; the whole log is ${step_log[$name]}"
      fi
    done
    sleep 1
    ticks=$((ticks + 1))
  done
}

# end_steps kills what still runs when this script ends early.
end_steps() {
  local pid
  for pid in "${step_pid[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
}
trap end_steps EXIT
trap 'exit 130' INT TERM HUP
