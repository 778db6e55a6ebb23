#!/bin/sh
# Locks the dependencies with hashes and without addresses, for every platform and Python >= 3.11.
set -eu
cd "$(dirname "$0")/.."
lock() { .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --custom-compile-command "make lock" "$@"; }
lock pyproject.toml -o requirements/runtime.txt
lock pyproject.toml --group build -c requirements/runtime.txt -o requirements/build.txt
lock pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
lock pyproject.toml --group audit -c requirements/dev.txt -o requirements/audit.txt
