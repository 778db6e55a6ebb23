#!/bin/sh
# Creates .venv with the first Python ≥ 3.11 that works here (PYTHON=… names one); keeps one that still works.
set -eu
cd "$(dirname "$0")/.."

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -x .venv/bin/python ] && new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; then
    exit 0
fi
for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if new_enough "$python"; then
        echo "Creating .venv with $("$python" --version) …"
        if ! said=$("$python" -m venv --clear .venv 2>&1); then
            case "$said" in
            *ensurepip*) echo "$python cannot create virtual environments: install its venv package (Debian: apt-get install python3-venv) and try again." >&2 ;;
            *) echo "$python could not create .venv in $(pwd): $(echo "$said" | tail -n 1)" >&2 ;;
            esac
            exit 1
        fi
        exit 0
    fi
done
echo "Trigpoint needs Python 3.11 or newer, and none was found: install one, or name it with 'make demo PYTHON=/path/to/python3'." >&2
exit 1
