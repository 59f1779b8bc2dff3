# Everything that is installed or built leaves a stamp that bears the sum of what it was made from, never a time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS ?= tests
sum = $(shell cat $(1) | cksum | tr ' ' '-')
ENV_STAMP := $(VENV)/.run-$(call sum,requirements.txt)
DEV_STAMP := $(VENV)/.dev-$(call sum,requirements.txt requirements-dev.txt)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
# The extras stay: before 23.3, pip takes `name==1` for no answer to `name[extra]>=1` and looks for one of its own.
PINNED = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
  --no-emit-index-url --no-annotate --no-header

.PHONY: help run serve env env-dev front-end check format test bench lock
.DEFAULT_GOAL := help

help:
	@echo "make run        serve the demo agency on http://127.0.0.1:8000 (PORTAL_HOST, PORTAL_PORT, PORTAL_DATA_DIR)"
	@echo "make serve      serve your own agency"
	@echo "make test       the whole suite; a part of it: make test TESTS=tests/frame"
	@echo "make check      format, lint, types, import contracts"
	@echo "make format     mend format and imports"
	@echo "make bench      the measurements of bench/README.md"
	@echo "make front-end  build the browser's part when something changed"
	@echo "make lock       pin the packages of requirements.in and requirements-dev.in again"

run: env front-end
	@exec $(BIN)/python -m portal_app serve --demo

serve: env front-end
	@exec $(BIN)/python -m portal_app serve

env: $(ENV_STAMP)

env-dev: $(DEV_STAMP)

$(ENV_STAMP): | $(BIN)/python
	@echo "Installing the packages of requirements.txt ..."
	@$(PIP) -r requirements.txt
	@rm -f $(VENV)/.run-* && touch $@

$(DEV_STAMP): | $(ENV_STAMP)
	@echo "Installing the packages of requirements-dev.txt ..."
	@$(PIP) -r requirements-dev.txt
	@rm -f $(VENV)/.dev-* && touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or later is needed, and \`$(PYTHON)\` is not it. Name another one: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make environments. On Debian and Ubuntu, as root: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

front-end: env
	@$(BIN)/python -m portal_app.frontend

check: env-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: env-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Each of the processes that the tests start would compile the portal anew where Python is told to keep nothing.
test bench: export PYTHONDONTWRITEBYTECODE =

test: env-dev front-end
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder $(TESTS)

bench: env-dev front-end
	@$(BIN)/python -m bench

lock: env-dev
	$(PINNED) requirements.in -o requirements.txt
	$(PINNED) requirements-dev.in -o requirements-dev.txt
