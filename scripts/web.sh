#!/usr/bin/env bash
# Rebuilds the explorer's assets, which are committed so that Go alone can run the program.
set -euo pipefail
cd "$(dirname "$0")/../web"

PATH=$(../scripts/node.sh):$PATH
export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt} # what Debian's Node.js trusts by itself
npm ci --no-audit --no-fund
npm run build
