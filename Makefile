# make run    set everything up, open the ten-minute scenario in the terminal
# make test   set everything up, run the tests
# make check  format, lint, types, import direction, tests: what CI runs
# make bench  timings    make bench-scale  3 to 1,000 charge points (minutes)
# make bench-messages  a million recorded messages    make bench-log  a log of 100,000 slots
# make bench-app  the terminal app (minutes)    make pictures  draw the pictures of README and docs
# make soak   long campaigns (hours; what is finished is kept in soak/)    make clean  forget the .venv

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# Tests of the app wait for the screen half of the time: two of them share a processor.
WORKERS := $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2))

.PHONY: run test setup check format lint types imports bench bench-app bench-scale bench-messages bench-log soak snapshots pictures clean

run: setup
	@$(BIN)/evtui

test: setup
	@$(BIN)/pytest -n $(WORKERS)

setup: $(STAMP)

# The stamp is written last: an interrupted installation is taken up again.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("evtui needs Python 3.11 or newer, found " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@: > $(STAMP)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest tests/test_imports.py
	$(MAKE) --no-print-directory test

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pictures: setup
	$(BIN)/python -m tools.pictures

snapshots: setup
	$(BIN)/pytest tests/evtui --snapshot-update

bench: setup
	$(BIN)/python -m tools.bench

bench-app: setup
	$(BIN)/python -m tools.bench_app

bench-scale: setup
	$(BIN)/python -m tools.bench_scale

bench-messages: setup
	$(BIN)/python -m tools.bench_messages

bench-log: setup
	$(BIN)/python -m tools.bench_log

soak: setup
	$(BIN)/pytest -n auto -m soak -o addopts='-q --strict-markers'
	$(BIN)/python -m tools.campaigns

clean:
	rm -rf $(VENV)
