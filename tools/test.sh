#!/bin/sh
# Runs the named parts of the tests, all of them even when one fails; pytest's own summary of the last part comes last.
# The exit code is the first failure's. Parts: frontend sqlite postgres faults browser.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0
failures=""

run() {
    part=$1
    shift
    echo
    echo "=== $part ==="
    "$@"
    code=$?
    if [ $code -ne 0 ]; then
        [ $failed -ne 0 ] || failed=$code
        failures="$failures $part"
    fi
}

tests() { # more options of pytest
    .venv/bin/python -m pytest -q "$@"
}

browser() {
    # Installing Chromium may be needed; without one this part fails and says so.
    TRIGPOINT_CHROMIUM=$(tools/find_chromium.sh) || return 1
    export TRIGPOINT_CHROMIUM
    tests -m browser tests/browser
}

for part in "$@"; do
    case $part in
    frontend) run frontend tools/node.sh npm --prefix frontend run --silent test ;;
    sqlite) run sqlite tests -n 2 -m "not browser and not faults" ;;
    postgres) run postgres tests -n 2 --postgres -m "not browser and not faults" ;;
    faults) run faults tests -m faults tests/faults ;;
    browser) run browser browser ;;
    *) echo "tools/test.sh: there is no part '$part'" >&2 && exit 2 ;;
    esac
    # A failure is named before the next part, so that the last lines stay pytest's.
    [ -z "$failures" ] || echo "Failed so far:$failures"
done
exit $failed
