#!/bin/bash
# Builds Roost, makes the demo in the data folder if it is not there yet, and serves it in the foreground.
# Settings: PORT or ROOST_PORT, ROOST_HOST, ROOST_DATA_DIR; see docs/operating.md for the others.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${RELEASE_BUILD:=.build-release}"

export ROOST_PORT=${PORT:-${ROOST_PORT:-8080}}
export ROOST_HOST=${ROOST_HOST:-127.0.0.1}
export ROOST_DATA_DIR=${ROOST_DATA_DIR:-./roost-data}

# The sign-in page shows the sign-ins, and everyone's mail can be read in the browser: only ever on one's own machine.
export ROOST_DEMO=${ROOST_DEMO:-on}
# Long, and in no list of common passwords; the same as in Sources/Roost/Command/Demo.swift.
password='three-owls-in-albany'
done_marker=$ROOST_DATA_DIR/demo-is-complete
reached=$ROOST_HOST
[[ $reached == 0.0.0.0 || $reached == :: ]] && reached=127.0.0.1
address=${ROOST_BASE_URL:-http://$reached:$ROOST_PORT}

answers() { (exec 3<> "/dev/tcp/$reached/$ROOST_PORT") 2> /dev/null; }

# Before the build, which may take minutes.
if answers; then
    echo "Port $ROOST_PORT on $reached is taken: another program, perhaps another 'make run', listens there." >&2
    echo "Stop it, or choose another port: make run PORT=9090" >&2
    exit 1
fi

Scripts/packages.sh build
Scripts/build-release.sh
roost=$RELEASE_BUILD/release/roost

# An interrupted first run may have left the person there: then only the password is set again.
add_person() {
    local email=$1 name=$2
    shift 2
    if ! printf '%s' "$password" | "$roost" user add "$email" --name "$name" --password-stdin "$@" > /dev/null 2>&1; then
        printf '%s' "$password" | "$roost" user password "$email" --password-stdin > /dev/null
    fi
}

if [[ ! -e $done_marker ]]; then
    echo "Making the demo in $ROOST_DATA_DIR: the places of Albany, New York, with their calendars."
    mkdir -p "$ROOST_DATA_DIR"
    add_person guest@example.com "Greta Guest"
    add_person host@example.com "Hugo Host"
    add_person admin@example.com "Ada Admin" --admin
    # One host owns all places, so that every request, cancellation and calendar can be tried from both sides.
    # The import may be repeated: it changes nothing that it has loaded already.
    "$roost" import inside-airbnb Demo/albany/listings.csv.gz --calendar Demo/albany/calendar.csv.gz \
        --currency USD --time-zone America/New_York --city Albany --country US --host host@example.com --shift-dates
    : > "$done_marker"
else
    echo "The demo in $ROOST_DATA_DIR is there already; everything booked in it is kept."
fi

# Said once the server answers, so that the address works when it is read. Gives up with the server.
server=$$
(
    for _ in $(seq 300); do
        kill -0 "$server" 2> /dev/null || exit 0
        if answers; then
            cat << TEXT

  Roost is ready:  $address

    guest   guest@example.com   $password
    host    host@example.com    $password
    admin   admin@example.com   $password

  API:    $address/api/docs
  Mail:   $address/mail, or the files in $ROOST_DATA_DIR/mail
  Stop:   Ctrl-C. What was booked is kept; to begin anew, remove $ROOST_DATA_DIR.

  Listing and calendar data: Inside Airbnb (insideairbnb.com), CC BY 4.0; see NOTICE. Host names are made up.

TEXT
            exit 0
        fi
        sleep 0.1
    done
) &

exec "$roost" serve
