#!/usr/bin/env bash
# Find PostgreSQL for the tests that run on it: from PATH, else where Debian puts it, else the Debian package. Never a silent skip.
set -eu
command -v initdb >/dev/null 2>&1 && exit 0
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1; then
  sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo -n"
  echo "installing Debian's postgresql"
  # RUNLEVEL=1: the tests make clusters of their own, on free ports; the package's service is not wanted.
  $sudo apt-get update -qq && $sudo env RUNLEVEL=1 apt-get install -y -qq postgresql >/dev/null && exit 0
fi
echo "postgres.sh: no initdb on PATH or below /usr/lib/postgresql, and apt-get could not install it" >&2
exit 1
