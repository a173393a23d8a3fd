#!/bin/sh
# Runs every suite. The peers that judge our output from outside are installed first.
set -eu
cd "$(dirname "$0")/../.."
# singer-check-tap leaves an empty folder wherever it is run.
trap 'rmdir singer-check-tap-data 2>/dev/null || true' EXIT
peer=Tests/Scripts/peer.sh
$peer target-jsonl target-jsonl==0.1.4 >/dev/null
$peer singer-check-tap singer-tools==0.4.1 >/dev/null
$peer target-csv meltanolabs-target-csv==0.5.0 >/dev/null
$peer target-duckdb target-duckdb==0.8.0 >/dev/null
$peer meltano meltano==4.4.1 >/dev/null
$peer singer-sdk singer-sdk==0.54.9 >/dev/null
swift build --build-tests
# Beyond so many tests at once each of them waits for the others longer than it should have to.
swift test --skip-build --disable-xctest --experimental-maximum-parallelization-width 12 "$@"
