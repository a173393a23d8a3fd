#!/bin/sh
# Installs libcurl's headers when they are missing.
set -eu
if echo '#include <curl/curl.h>' | cc -E - >/dev/null 2>&1; then exit 0; fi
echo "installing libcurl4-openssl-dev" >&2
as_root=$([ "$(id -u)" = 0 ] || echo sudo)
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libcurl4-openssl-dev >/dev/null
