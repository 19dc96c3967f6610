# make run | test | lint | bench | models | clean. The first one to run makes .venv and installs what it needs.
#
#   make run PORT=8600          another port
#   make run WATCH=auto         reload when a source file changes
#   make test ARGS="-k house"   some of the tests
#   make models ARGS=country    train the small networks in assets/models again, all or some of the tasks
#   make run PYTHON=/opt/python3.12/bin/python3

SHELL := /bin/sh
.DEFAULT_GOAL := help

ADDRESS ?= 127.0.0.1
PORT ?= 8501
WATCH ?= none
ARGS ?=

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check

# The newest that starts and is at least 3.11; a name on the PATH alone proves neither.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$python" && break; done)

CHROMIUM ?= $(shell for browser in chromium chromium-browser google-chrome google-chrome-stable; do \
	command -v "$$browser" && break; done)
export CHROMIUM

.PHONY: help run test lint bench models clean

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

run: .venv/.runs
	$(BIN)/python -m streamlit run app.py --server.headless true --server.fileWatcherType $(WATCH) \
		--server.address $(ADDRESS) --server.port $(PORT)

# Three workers for two cores, for many tests wait on a browser; each test file on one of them, and one thread each, or
# torch's threads would fight over the cores.
test: .venv/.tests
	@test -n "$$CHROMIUM" || { echo "No Chromium on the PATH: asking Playwright for its own."; \
		$(BIN)/python -m playwright install chromium || echo "Playwright could not fetch one either."; }
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

lint: .venv/.tests
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

bench: .venv/.tests
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks $(ARGS)

models: .venv/.runs
	OMP_NUM_THREADS=1 $(BIN)/python -m seqviz.learning.shipped $(ARGS)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Two stamps: where one is older than its requirements, or the interpreter no longer starts, it is installed again.
VENV_STARTS := $(shell $(BIN)/python -c '' 2>/dev/null && echo yes)

.venv/.runs: requirements.txt $(if $(VENV_STARTS),,new-venv)
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/.tests: requirements-dev.txt .venv/.runs
	$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

.PHONY: new-venv
new-venv:
	@test -n "$(PYTHON)" || { echo "seqviz needs Python 3.11 or newer, and none was found:" \
		"install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c '' 2>/dev/null || { echo "PYTHON=$(PYTHON) does not start."; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "PYTHON=$(PYTHON) is $$("$(PYTHON)" -V 2>&1), and seqviz needs Python 3.11 or newer."; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make a virtual environment:" \
		"its module venv or ensurepip is missing (on Debian and Ubuntu: apt-get install python3-venv)."; exit 1; }
	@echo "Making .venv; the first install takes some minutes, most of them for PyTorch."
	@"$(PYTHON)" -m venv --clear .venv
