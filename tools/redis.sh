#!/usr/bin/env bash
# Find redis-server for the tests of the broker: from PATH, else the Debian package. Never a silent skip.
set -eu
command -v redis-server >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1; then
  sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo -n"
  echo "installing Debian's redis-server"
  # RUNLEVEL=1: the tests start their own, on free ports; the package's service is not wanted.
  $sudo apt-get update -qq && $sudo env RUNLEVEL=1 apt-get install -y -qq redis-server >/dev/null && exit 0
fi
echo "redis.sh: no redis-server on PATH, and apt-get could not install it" >&2
exit 1
