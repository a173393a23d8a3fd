#!/bin/sh
# peer.sh PROGRAM PACKAGE...: prints the path of a Python program, in a virtual environment of its own
# (the peers pin versions that exclude each other), made when it is missing.
set -eu
program=$1
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/.venv/$program
if [ ! -x "$venv/bin/$program" ]; then
  rm -rf "$venv"
  if ! python3 -m venv "$venv" 2>/dev/null; then
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    python3 -m venv "$venv"
  fi
  echo "installing $* for $program" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" >&2
  # A library without a program of its own is known by its Python.
  [ -x "$venv/bin/$program" ] || ln -s python "$venv/bin/$program"
fi
echo "$venv/bin/$program"
