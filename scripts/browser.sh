#!/bin/sh
# A browser for the tests of the web studio: one that is there, else Debian's Chromium, else the one
# that Playwright brings. Where none can be had this says so, and those tests skip.
set -u
cd "$(dirname "$0")/.."
PYTHON="${PYTHON:-.venv/bin/python}"

found() {
	"$PYTHON" -c 'import sys; sys.path.insert(0, "tests/web"); from browsers import find; sys.exit(find() is None)' 2>/dev/null
}

if found; then exit 0; fi
if command -v apt-get >/dev/null 2>&1; then
	if [ "$(id -u)" = 0 ]; then SUDO=""; else SUDO="sudo -n"; fi
	# Chinese is looked at too, and a browser without its characters draws boxes
	$SUDO apt-get update -qq && $SUDO apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk
fi
if found; then exit 0; fi
"$PYTHON" -m playwright install chromium
if found; then exit 0; fi
echo "No browser can be had here: the tests that need one will skip." >&2
exit 0
