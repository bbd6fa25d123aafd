#!/bin/bash
# Builds the release binary and says what it is doing: a first build is long.
# usage: build-release.sh [PRODUCT]
set -euo pipefail
cd "$(dirname "$0")/.."
: "${RELEASE_BUILD:=.build-release}" "${SWIFT_FLAGS:=--explicit-target-dependency-import-check error -Xcc -O2}"
product=${1:-roost}

if [[ -x $RELEASE_BUILD/release/$product ]]; then
    echo "Building $product in release mode: what has changed since the last time."
else
    echo "Building $product in release mode. A first build fetches and compiles all dependencies:"
    echo "6 to 10 minutes on two cores. Later ones take seconds."
fi
# shellcheck disable=SC2086 # the flags are words
swift build -c release --scratch-path "$RELEASE_BUILD" $SWIFT_FLAGS --product "$product"
