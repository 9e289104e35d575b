#!/usr/bin/env bash
# Installs the pinned clients and judges that conformance/ runs, unless they are there, and prints the path of the
# Node.js to run them with.
set -euo pipefail
cd "$(dirname "$0")/../conformance"

bin=$(../scripts/node.sh)
PATH=$bin:$PATH
export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
if ! cmp -s package-lock.json node_modules/.installed; then
  echo "conformance: installing clients" >&2
  npm ci --no-audit --no-fund >&2
  cp package-lock.json node_modules/.installed
fi
echo "$bin/node"
