#!/usr/bin/env bash
# Rebuilds the explorer's assets, which are committed so that Go alone can run the program.
# Debian 12's own Node.js is too old for the build; then a newer one comes as an npm package and is kept beside the stores.
set -euo pipefail
cd "$(dirname "$0")/../web"

node_version=22.23.3 # any that web/package.json allows; the built bytes do not depend on it

fail() {
  echo "make web: $*" >&2
  exit 1
}

new_enough() {
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

command -v npm >/dev/null || ../scripts/packages.sh nodejs npm || fail "npm is missing and could not be installed."
if ! new_enough; then
  name=node-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
  node=${MEMBERGATE_STORES:-/var/lib/membergate-stores}/node-$node_version
  if [ ! -d "$node" ]; then
    echo "make web: fetching Node.js $node_version" >&2
    rm -rf "$node.new"
    mkdir -p "$node.new"
    npm install --prefix "$node.new" --no-audit --no-fund --no-save "$name@$node_version" >&2 ||
      fail "Node.js $node_version could not be fetched."
    mv "$node.new" "$node"
  fi
  PATH=$node/node_modules/$name/bin:$PATH
  export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt} # what Debian's Node.js trusts by itself
  new_enough || fail "Node.js $node_version does not run on this machine."
fi
npm ci --no-audit --no-fund
npm run build
