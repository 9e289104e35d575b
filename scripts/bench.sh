#!/usr/bin/env bash
# Prints the table of docs/benchmarks.md, measured on the real stores and the embedded ones, and then Go's own benchmarks.
# BENCH_MEMBERS is how many members are settled (100000 unless set).
set -euo pipefail
cd "$(dirname "$0")/.."

stores=$(scripts/stores.sh up)
while IFS= read -r line; do export "${line?}"; done <<<"$stores"
BENCH=1 go test -v -count=1 -timeout 2h -run '^TestBenchTable$' ./server | grep -E '^(\||--- FAIL|FAIL|ok| +[a-z_]+\.go)'
packages=$(git grep -l --untracked '^func Benchmark' -- '*_test.go' | xargs -r -n 1 dirname | sort -u | sed 's|^|./|' || true)
# shellcheck disable=SC2086 # one word a package
[ -z "$packages" ] || go test -run '^$' -bench . -benchmem $packages
