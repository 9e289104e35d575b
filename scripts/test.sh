#!/usr/bin/env bash
# Runs every test on every store: installs what is missing, starts the real stores unless MONGODB_URI and REDIS_URL
# both name some, and ends by naming each engine that the store tests ran on. Arguments go to `go test`.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "make test: $*" >&2
  exit 1
}

go version >/dev/null || fail "Go is missing; go.mod says which version is needed."
command -v gcc >/dev/null || scripts/packages.sh gcc libc6-dev || fail "the race detector needs gcc, and it could not be installed."
CHROMIUM=${CHROMIUM:-$(scripts/browser.sh)} || fail "the explorer's test needs Chromium, and it could not be installed."
CONFORMANCE_NODE=${CONFORMANCE_NODE:-$(scripts/conformance.sh)} || fail "the clients and judges of conformance/ could not be installed."

if [ -z "${MONGODB_URI:-}" ] || [ -z "${REDIS_URL:-}" ]; then
  stores=$(scripts/stores.sh up) || fail "the real stores could not be installed or started, so nothing was tested; the lines above say why."
  MONGODB_URI=${MONGODB_URI:-$(sed -n 's/^MONGODB_URI=//p' <<<"$stores")}
  REDIS_URL=${REDIS_URL:-$(sed -n 's/^REDIS_URL=//p' <<<"$stores")}
fi

STORETEST_ENGINES=$(mktemp) # each store suite appends the name of the engine it ran on
trap 'rm -f "$STORETEST_ENGINES"' EXIT
export CHROMIUM CONFORMANCE_NODE MONGODB_URI REDIS_URL STORETEST_ENGINES CGO_ENABLED=1

tests=0
go test -race -shuffle=on -count=1 -timeout 60m "$@" ./... || tests=$?
# The race detector makes the model of the wallet walk a tenth of its steps; this is all 100,000 of them.
echo
echo "The model of the wallet, all steps:"
go test -count=1 -timeout 5m -run '^TestAWalletNeverLosesNorMakesACoinWhateverHappens$' ./internal/wallet || tests=$?

echo
echo "The store tests ran on:"
sort -u "$STORETEST_ENGINES" | sed 's/^/  /'
missing=()
for engine in bolt mongodb miniredis redis; do
  grep -qiE "^$engine([^a-z]|$)" "$STORETEST_ENGINES" || missing+=("$engine")
done
[ "$tests" = 0 ] || fail "some tests failed."
[ ${#missing[@]} = 0 ] || fail "the store tests did not run on: ${missing[*]}."
