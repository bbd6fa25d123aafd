#!/bin/bash
# Builds the release binary with the Swift runtime inside, and lays it with the files it ships into a folder: all that a
# machine without a toolchain needs, besides the system's SQLite, libpq, libcurl, zlib and tzdata.
# usage: static-release.sh FOLDER
set -euo pipefail
folder=$(realpath -m "${1:?usage: static-release.sh FOLDER}")
cd "$(dirname "$0")/.."
: "${STATIC_BUILD:=.build-static}" "${SWIFT_FLAGS:=--explicit-target-dependency-import-check error -Xcc -O2}"

# shellcheck disable=SC2086 # the flags are words
swift build -c release --scratch-path "$STATIC_BUILD" $SWIFT_FLAGS --static-swift-stdlib --product roost
mkdir -p "$folder"
install -m 755 "$STATIC_BUILD/release/roost" "$folder/roost"
strip --strip-debug "$folder/roost"
for resources in "$STATIC_BUILD"/release/roost_*.resources; do
    rm -rf "${folder:?}/$(basename "$resources")"
    cp -R "$resources" "$folder/"
done
if ldd "$folder/roost" | grep -i swift; then
    echo "The program still asks for the Swift runtime (above)." >&2
    exit 1
fi
echo "$folder: $(du -sh "$folder" | cut -f1)"
