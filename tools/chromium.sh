#!/usr/bin/env bash
# Find Chromium for the browser tests: from PATH, else Playwright's own, else the Debian package. Never a silent skip.
set -eu
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
bin="$(dirname "$0")/../.venv/bin"
if timeout 300 "$bin/playwright" install chromium >/dev/null 2>&1; then exit 0; fi
if command -v apt-get >/dev/null 2>&1; then
  sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo -n"
  echo "installing Debian's chromium"
  $sudo apt-get update -qq && $sudo apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "chromium.sh: no Chromium on PATH, and neither Playwright nor apt-get could install one" >&2
exit 1
