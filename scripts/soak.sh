#!/usr/bin/env bash
# Runs the long tests, those whose names begin with TestSoak, on the real stores.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=$(git grep -l --untracked '^func TestSoak' -- '*_test.go' | xargs -r -n 1 dirname | sort -u | sed 's|^|./|' || true)
if [ -z "$packages" ]; then
  echo "There are no soak tests."
  exit 0
fi
stores=$(scripts/stores.sh up)
while IFS= read -r line; do export "${line?}"; done <<<"$stores"
echo "go test -run ^TestSoak $(xargs <<<"$packages")"
# shellcheck disable=SC2086 # one word a package
SOAK=1 go test -count=1 -timeout 4h -v -run '^TestSoak' $packages
