# Talkback. `make run` goes on air with the demo room; `make test` checks everything. Both need only Python 3.11 (and apt for the
# browser that the tests drive).

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
PORT ?= 8080
HOST ?= 127.0.0.1
ROOM ?= rooms/demo
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help run setup kokoro test lint types unit models endtoend browser bench bench-render bench-dialogue bench-wording chromium lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 20

run: $(READY) ## set up and go on air: http://127.0.0.1:8080 (PORT=9000 make run for another)
	@exec $(BIN)/talkback serve --room $(ROOM) --host $(HOST) --port $(PORT)

setup: $(READY_DEV) ## set up everything, tools for development included

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "Talkback needs Python 3.11; $(PYTHON) is `$(PYTHON) --version 2>&1`. Name another: make PYTHON=/path/to/python3.11 run"; exit 1; }
	@echo "Setting up in $(VENV) (about two minutes and 2.5 GB, most of it PyTorch and the models' weights)…"
	@$(PYTHON) -m venv $(VENV)

$(READY): requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what requirements.lock names…"
	@$(PIP) install --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(READY_DEV): requirements-dev.lock $(READY)
	@echo "Installing the tools for tests…"
	@$(PIP) install --no-deps -r requirements-dev.lock
	@$(BIN)/python -m tools.kokoro_voices
	@touch $@

kokoro: $(READY) ## the Kokoro voice: Mandarin and English in one timbre (190 MB)
	@echo "Installing the Kokoro model and its dictionaries…"
	@$(PIP) install --no-deps `$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["kokoro"])'`
	@$(BIN)/python -m tools.kokoro_voices

test: lint types unit models endtoend browser ## everything that CI runs

lint: $(READY_DEV) ## style, formatting, direction of imports, syntax of the pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@if command -v node >/dev/null; then for f in `git ls-files 'web/*.js'`; do node --check $$f || exit 1; done; \
	  else echo "skipped: syntax check of web/*.js, because node is not installed"; [ "$$CI" != true ]; fi

types: $(READY_DEV) ## mypy --strict
	$(BIN)/mypy

unit: $(READY_DEV) ## tests without models, server or browser
	$(BIN)/python -m pytest -q -n auto -m "not models and not endtoend and not browser"

models: $(READY_DEV) ## tests that load the packaged models
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "models and not endtoend and not browser"

endtoend: $(READY_DEV) ## the whole server, real models, real WebRTC viewers
	$(BIN)/python -m pytest -q -m "endtoend and not browser"

browser: $(READY_DEV) chromium ## a real Chromium on the real page
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "browser and not endtoend"
	$(BIN)/python -m pytest -q -m "browser and endtoend"

chromium:
	@command -v chromium >/dev/null || { \
	  if [ "`id -u`" = 0 ] && command -v apt-get >/dev/null; then echo "Installing Chromium for the browser tests…"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else echo "The browser tests need Chromium. Install it (Debian, Ubuntu: sudo apt-get install chromium) and run make test again."; exit 1; fi; }

bench: $(READY_DEV) ## measure speed and memory, one table
	$(BIN)/python -m tests.bench

bench-render: $(READY_DEV) ## measure what face, stage and voice cost (about five minutes)
	$(BIN)/python -m tests.bench.render_frame

bench-dialogue: $(READY_DEV) ## measure the host's mind: a flood of comments, values, honesty (about half an hour)
	$(BIN)/python -m tests.bench.dialogue

bench-wording: $(READY_DEV) ## measure how well the taught model words facts (ADAPTER=folder for another than the demo's)
	$(BIN)/python -m tests.bench.wording $(if $(ADAPTER),--adapter $(ADAPTER))

lock: ## write the locks from what is installed in .venv
	$(BIN)/python tools/lock.py

clean: ## remove the virtual environment and caches (the rooms' data in var/ stays)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
