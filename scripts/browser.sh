#!/usr/bin/env bash
# Prints the path of a Chromium for the explorer's test, installing Debian's where none is found.
# A Chinese font comes with it: the demo's posts are Chinese, and a picture of empty boxes shows nothing.
set -euo pipefail

find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

packages=()
find_browser >/dev/null || packages+=(chromium)
[ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ] || packages+=(fontconfig fonts-wqy-microhei)
if [ ${#packages[@]} -gt 0 ]; then
  echo "browser: installing ${packages[*]}" >&2
  "$(dirname "$0")/packages.sh" "${packages[@]}"
fi
find_browser
