# make run               new works from the built-in samples, into ./moxie-out
# make run WORKS=path    the same from your folder of works
# make run ART=music     the same in another art (with WORKS too)
# make studio            the studio in your browser, until Ctrl-C; make studio PORT=8421
# make install           .venv with the pinned versions, and nothing else
# make test              the tests, without the slow ones
# make browser           a Chromium for the tests of the web studio, where there is none
# make check             what a change must pass: lint, types, layers, tests
# make slow              the slow tests
# make bench WORKS=path  the benchmark on a folder of works
# make clean             remove what make made (never the store, never moxie-out)

SHELL := /bin/sh
# threads that wait by spinning make tests crawl on a busy machine; see src/moxie/__main__.py
export OMP_WAIT_POLICY ?= PASSIVE
BIN := .venv/bin
STAMP := .venv/installed
OUT ?= moxie-out
WORKS ?=
ART ?=
OTHERS ?=
PORT ?=

# The first of these that is Python 3.11 or newer; PYTHON=... decides otherwise.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$p; break; fi; done)

.PHONY: run studio install test check lint slow bench clean
.DEFAULT_GOAL := run

run: $(STAMP)
	$(BIN)/moxie run $(if $(WORKS),"$(WORKS)",--samples) $(if $(ART),--art "$(ART)") --out "$(OUT)"
	@echo "Open $(OUT)/report.html in a browser; the new works lie beside it."

studio: $(STAMP)
	$(BIN)/moxie studio $(if $(PORT),--port "$(PORT)")

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Moxie needs Python 3.11 or newer:" \
	"install it, or say where it is with: make install PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo \
	"$(PYTHON) is older than Python 3.11, which Moxie needs." >&2; exit 1; }
	"$(PYTHON)" -m venv .venv || { echo "Python came without its venv module:" \
	"on Debian and Ubuntu, install the package python3-venv." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(STAMP)

test: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadfile -m "not slow"

browser: $(STAMP)
	PYTHON=$(BIN)/python scripts/browser.sh

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

slow: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadfile -m slow

bench: $(STAMP)
	@if [ -z "$(WORKS)" ]; then echo "Say on which works: make bench WORKS=path" >&2; exit 2; fi
	$(BIN)/python benchmarks/painting.py --works "$(WORKS)" $(if $(OTHERS),--others $(OTHERS))

clean:
	rm -rf .venv build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
