#!/usr/bin/env bash
# Generates everything again and fails if that changes, adds or removes a file: what is committed must be current.
set -euo pipefail
cd "$(dirname "$0")/.."

# contents prints a hash of every file that git knows or would take, so that work in progress does not count.
contents() { git ls-files --cached --others --exclude-standard -z | xargs -0 sha256sum 2>/dev/null | sort -u || true; }

before=$(contents)
make generate
make manifest
[ ! -e web/package.json ] || make web
changed=$(comm -3 <(echo "$before") <(contents) | awk '{ print "  " $2 }' | sort -u)
if [ -n "$changed" ]; then
  echo "Generated files are not up to date. Run 'make generate' and 'make web' and commit what they change:" >&2
  echo "$changed" >&2
  exit 1
fi
echo "Generated files are up to date."
