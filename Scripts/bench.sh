#!/bin/bash
# Builds what the benchmarks need in release mode and runs them; options go on to Benchmarks/run.py (--help tells).
set -euo pipefail
cd "$(dirname "$0")/.."
: "${RELEASE_BUILD:=.build-release}"
Scripts/packages.sh bench
Scripts/build-release.sh roost
Scripts/build-release.sh roost-bench
exec python3 Benchmarks/run.py --binary "$RELEASE_BUILD/release/roost" --harness "$RELEASE_BUILD/release/roost-bench" "$@"
