#!/bin/sh
# Prints the path of a Chromium for the browser tests: the machine's, else Debian's package (as root), else Playwright's own.
set -u
cd "$(dirname "$0")/.." || exit 1

found() {
    for name in ${TRIGPOINT_CHROMIUM:-chromium chromium-browser google-chrome google-chrome-stable}; do
        command -v "$name" && return 0
    done
    return 1
}

found && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium …" >&2
    (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium fonts-liberation) >/dev/null 2>&1
    found && exit 0
fi
echo "Downloading Playwright's Chromium …" >&2
.venv/bin/playwright install chromium >/dev/null 2>&1
.venv/bin/python - <<'PYTHON' && exit 0
import pathlib
import sys

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
print(path)
sys.exit(not pathlib.Path(path).exists())
PYTHON
echo "The browser tests need Chromium, and none could be found or installed: install it, or name it with TRIGPOINT_CHROMIUM." >&2
exit 1
