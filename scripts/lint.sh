#!/usr/bin/env bash
# Checks what needs no running: formatting, vet and staticcheck.
set -euo pipefail
cd "$(dirname "$0")/.."

files=$(git ls-files --cached --others --exclude-standard -- '*.go' | while read -r file; do [ ! -e "$file" ] || echo "$file"; done)
unformatted=$([ -z "$files" ] || xargs -d '\n' gofmt -l <<<"$files")
if [ -n "$unformatted" ]; then
  echo "make lint: gofmt would change these files:" >&2
  echo "$unformatted" >&2
  exit 1
fi
go vet ./...
go tool staticcheck ./...
