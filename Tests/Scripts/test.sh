#!/bin/sh
# Runs every suite. The peers that judge our output from outside are installed first.
set -eu
cd "$(dirname "$0")/../.."
peer=Tests/Scripts/peer.sh
TARGET_JSONL=$($peer target-jsonl target-jsonl==0.1.4)
SINGER_CHECK_TAP=$($peer singer-check-tap singer-tools==0.4.1)
export TARGET_JSONL SINGER_CHECK_TAP
swift build --build-tests
swift test --skip-build --disable-xctest "$@"
