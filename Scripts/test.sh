#!/bin/bash
# Runs every test and prints what each suite took, then one line with the sum: `N passed, N failed`.
# With ROOST_PROVE=1 (make prove) the long tests run in full, the acceptance tests on the release binary.
set -uo pipefail
cd "$(dirname "$0")/.."
: "${DEBUG_BUILD:=.build}" "${RELEASE_BUILD:=.build-release}" "${SWIFT_FLAGS:=--explicit-target-dependency-import-check error -Xcc -O2}"
read -ra flags <<< "$SWIFT_FLAGS"

# The settings of whoever runs this must not leak into the tests.
for name in "${!ROOST_@}"; do [[ $name == ROOST_PROVE || $name == ROOST_BINARY || $name == ROOST_SHARED_DATA ]] || unset "$name"; done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
names=() times=() results=()
passed=0 failed=0 skipped=0

# Remembers one finished suite: name, seconds, passed, failed, skipped.
record() {
    names+=("$1") times+=("$2") results+=("$3 passed, $4 failed${5:+, $5 skipped}")
    passed=$((passed + $3)) failed=$((failed + $4)) skipped=$((skipped + ${5:-0}))
}

summary() {
    echo
    echo "Times:"
    for index in "${!names[@]}"; do
        printf '  %-28s %5d s   %s\n' "${names[$index]}" "${times[$index]}" "${results[$index]}"
    done
    printf '  %-28s %5d s\n\n' "all" "$SECONDS"
    if [[ $skipped -gt 0 ]]; then echo "$passed passed, $failed failed, $skipped skipped"
    else echo "$passed passed, $failed failed"; fi
}

# A test of a store runs on both engines; here the second must be there.
export ROOST_REQUIRE_POSTGRESQL=1

Scripts/packages.sh test || exit 1
Scripts/venv.sh || exit 1

echo "Building (debug); a first build fetches and compiles all dependencies: 5 to 8 minutes on two cores."
started=$SECONDS
if ! swift build --scratch-path "$DEBUG_BUILD" "${flags[@]}" --build-tests; then
    record "build" $((SECONDS - started)) 0 1
    summary
    exit 1
fi
record "build" $((SECONDS - started)) 0 0

echo
echo "== Format"
started=$SECONDS
# What `make format` would change: one form for all, so that a change shows only what it changes.
if swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks; then record "format" $((SECONDS - started)) 1 0
else record "format" $((SECONDS - started)) 0 1; fi

# One run per test target, so that each has its time; all are in the one bundle built above.
for folder in Tests/*Tests; do
    target=$(basename "$folder")
    grep -rqE '@Test\b' "$folder" || continue
    echo
    echo "== $target"
    started=$SECONDS
    swift test --scratch-path "$DEBUG_BUILD" "${flags[@]}" --skip-build --disable-xctest --filter "^$target\\." \
        > "$work/log" 2>&1
    status=$?
    total=$(sed -nE 's/.*Test run with ([0-9]+) tests?.*/\1/p' "$work/log" | tail -1)
    bad=$(grep -cE '^[^ ]+ Test (".*"|[A-Za-z0-9_]+\(.*\)) failed after' "$work/log")
    idle=$(grep -cE '^[^ ]+ Test (".*"|[A-Za-z0-9_]+\(.*\)) skipped' "$work/log")
    if [[ $status -ne 0 || -z $total ]]; then
        # A crash ends the run without a line of its own: it counts as one failure.
        [[ $bad -eq 0 ]] && bad=1
        grep -vE '^[^ ]+ (Test|Suite) .* (started|passed)' "$work/log" | tail -150
    else
        tail -1 "$work/log"
    fi
    good=$((${total:-0} - bad - idle))
    record "$target" $((SECONDS - started)) $((good > 0 ? good : 0)) "$bad" "${idle/#0/}"
done

# A million worlds of random rules: an hour in the debug build, so with one that is optimised.
if [[ -n ${ROOST_PROVE:-} ]]; then
    started=$SECONDS
    Scripts/build-release.sh roost-bench || { record "release build" $((SECONDS - started)) 0 1; summary; exit 1; }
    record "release build" $((SECONDS - started)) 0 0
    echo
    echo "== A million worlds of rules"
    started=$SECONDS
    if "$RELEASE_BUILD/release/roost-bench" agree --worlds 1000000; then record "Worlds of rules" $((SECONDS - started)) 1 0
    else record "Worlds of rules" $((SECONDS - started)) 0 1; fi
fi

# The acceptance tests use the binary from outside. In everyday runs that is the debug build made above: a release
# build would take as long again as everything else together.
if [[ -z ${ROOST_BINARY:-} ]]; then
    if [[ -n ${ROOST_PROVE:-} ]]; then
        started=$SECONDS
        Scripts/build-release.sh || { record "release build" $((SECONDS - started)) 0 1; summary; exit 1; }
        record "release build" $((SECONDS - started)) 0 0
        ROOST_BINARY=$RELEASE_BUILD/release/roost
    else
        ROOST_BINARY=$DEBUG_BUILD/debug/roost
    fi
fi
export ROOST_BINARY

# Runs the acceptance tests: a name for the summary, then files or folders.
acceptance() {
    local name=$1 started=$SECONDS status total bad idle good
    shift
    echo
    echo "== $name"
    # More workers than cores: half of the time is spent in waiting for what time brings about.
    .venv/bin/python -m pytest "$@" -n 3 --dist loadfile --junitxml="$work/acceptance.xml" --durations=10
    status=$?
    read -r total bad idle < <(.venv/bin/python - "$work/acceptance.xml" << 'PYTHON'
import sys
import xml.etree.ElementTree as tree

try:
    suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
    print(suite.get("tests"), int(suite.get("failures")) + int(suite.get("errors")), suite.get("skipped"))
except (OSError, tree.ParseError, AttributeError):
    print(0, 1, 0)
PYTHON
)
    [[ $status -ne 0 && $bad -eq 0 ]] && bad=1
    good=$((total - bad - idle))
    record "$name" $((SECONDS - started)) $((good > 0 ? good : 0)) "$bad" "${idle/#0/}"
    rm -f "$work/acceptance.xml"
}

acceptance "Acceptance" Tests/Acceptance
# The same on PostgreSQL: in everyday runs what the two engines could do differently.
if [[ -n ${ROOST_PROVE:-} ]]; then
    on_postgresql=(Tests/Acceptance)
else
    on_postgresql=()
    for name in bookings cancellation crash idempotency lists race requests; do
        on_postgresql+=("Tests/Acceptance/test_$name.py")
    done
fi
ROOST_TEST_ENGINE=postgresql acceptance "Acceptance on PostgreSQL" "${on_postgresql[@]}"

summary
[[ $failed -eq 0 && $passed -gt 0 ]]
