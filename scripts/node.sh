#!/usr/bin/env bash
# Prints the directory of a Node.js that is new enough: the explorer's build and the conformance suites need one.
# Debian's own is too old for them; then a newer one comes as an npm package and is kept beside the stores.
set -euo pipefail

version=22.23.3 # any from 22.15 on will do; the explorer's bytes do not depend on it

fail() {
  echo "node: $*" >&2
  exit 1
}

new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 15) ? 0 : 1)' 2>/dev/null
}

command -v npm >/dev/null || "$(dirname "$0")/packages.sh" nodejs npm || fail "npm is missing and could not be installed."
if ! new_enough node; then
  name=node-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
  home=${MEMBERGATE_STORES:-/var/lib/membergate-stores}/node-$version
  if [ ! -d "$home" ]; then
    echo "node: fetching Node.js $version" >&2
    rm -rf "$home.new"
    mkdir -p "$home.new"
    npm install --prefix "$home.new" --no-audit --no-fund --no-save "$name@$version" >&2 ||
      fail "Node.js $version could not be fetched."
    mv "$home.new" "$home"
  fi
  new_enough "$home/node_modules/$name/bin/node" || fail "Node.js $version does not run on this machine."
  echo "$home/node_modules/$name/bin"
  exit
fi
dirname "$(command -v node)"
