#!/usr/bin/env bash
# Rebuilds the explorer's assets, which are committed so that Go alone can run the program.
set -euo pipefail
cd "$(dirname "$0")/../web"

command -v npm >/dev/null || ../scripts/packages.sh nodejs npm || {
  echo "make web: npm is missing and could not be installed." >&2
  exit 1
}
npm ci --no-audit --no-fund
npm run build
