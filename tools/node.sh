#!/bin/sh
# Runs a command with a Node that Vite can use: the machine's own when it is new enough, else the one in .venv.
set -eu
root="$(cd "$(dirname "$0")/.." && pwd)"

new_enough() {
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' >/dev/null 2>&1 &&
        npm --version >/dev/null 2>&1
}

if ! new_enough; then
    PATH="$root/.venv/bin:$PATH"
    export PATH
    if ! new_enough; then
        echo "Building the front end needs Node 20.19 or newer, and the one in .venv does not start: install Node and try again." >&2
        exit 1
    fi
fi
cd "$root"
exec "$@"
