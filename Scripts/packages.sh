#!/bin/bash
# Installs the Debian or Ubuntu packages that building, testing or measuring needs: only those that are missing.
# usage: packages.sh build|test|bench
set -euo pipefail

build=(libsqlite3-dev libpq-dev zlib1g-dev libcurl4-openssl-dev tzdata)
case "${1:-}" in
    build) wanted=("${build[@]}") ;;
    test)
        wanted=("${build[@]}" python3 python3-venv curl postgresql chromium fonts-noto-core)
        # The failover and the proxy are tried by `make prove` alone.
        [[ -z ${ROOST_PROVE:-} ]] || wanted+=(etcd-server nginx-light)
        ;;
    bench) wanted=("${build[@]}" python3 wrk postgresql) ;;
    *) echo "usage: packages.sh build|test|bench" >&2; exit 2 ;;
esac

if ! command -v swift > /dev/null; then
    echo "Roost needs a Swift toolchain, 6.2 or later, and found no 'swift' on the path (swift.org/install)." >&2
    exit 1
fi

if ! command -v dpkg-query > /dev/null; then
    echo "This is not Debian or Ubuntu: make sure that what these packages hold is there: ${wanted[*]}"
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query -W -f='${Status}' "$package" 2> /dev/null || true)
    [[ $status == "install ok installed" ]] || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

echo "Installing missing system packages: ${missing[*]}"
as_root=()
if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo > /dev/null; then
        echo "Please install these packages as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" > "$log" 2>&1; }
# The package list may be old or absent on a fresh machine, so it is fetched first; without network an install from
# what is there may still work.
apt update || echo "The list of packages could not be fetched; trying with the one that is there."
if ! apt install -y --no-install-recommends "${missing[@]}"; then
    cat "$log" >&2
    echo "Installing ${missing[*]} failed." >&2
    exit 1
fi
