#!/usr/bin/env bash
# Generates everything again and fails if that changes, adds or removes a file: what is committed must be current.
set -euo pipefail
cd "$(dirname "$0")/.."

# tree names every change against the last commit, contents included, so that work in progress does not count.
tree() {
  git status --porcelain --untracked-files=all
  git diff --full-index HEAD
  git ls-files --others --exclude-standard -z | xargs -0 -r sha256sum
}

before=$(tree)
make generate
[ ! -e web/package.json ] || make web
if [ "$before" != "$(tree)" ]; then
  git status --short >&2
  echo "Generated files are not up to date: run 'make generate' and 'make web', and commit what they change (listed above)." >&2
  exit 1
fi
echo "Generated files are up to date."
