# Every target sets up what it needs. Python 3.11+ and make are enough to start.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
export SIGHTLINE_HOME ?= $(CURDIR)/var
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Servers, workers and checking children start by the hundred in tests; each would compile the whole product again.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --constraint constraints.txt
FRONTEND := webapp/viewer/frontend
VIEWER_SOURCES := inference/colour_maps.json inference/style/tokens.css $(shell find $(FRONTEND) -type f -not -path '*/node_modules/*' -not -path '*/mock/*' 2>/dev/null)
VIEWER := webapp/viewer/static/viewer/.vite/manifest.json

.PHONY: help run test check check-python check-viewer test-viewer docs bench fuzz mutate demo-model frontend setup-base setup-dev setup-training clean
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- set-up: stamps, so that a second start does nothing ----------------------------------------------------------
# Requirements are read from pyproject.toml, so that there is one list of them.
requirements = $(BIN)/python tools/requirements.py
$(VENV)/.base: pyproject.toml constraints.txt tools/requirements.py
	@test -x $(BIN)/python || { echo "creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing base packages"
	@$(PIP) --requirement <($(requirements) base frontend)
	@touch $@
$(VENV)/.training: $(VENV)/.base
	@echo "installing the training extra (torch: several GB, the first time takes minutes)"
	@$(PIP) --requirement <($(requirements) training)
	@touch $@
$(VENV)/.dev: $(VENV)/.base
	@echo "installing development tools"
	@$(PIP) --requirement <($(requirements) dev redis postgres)
	@touch $@
$(VENV)/.docs: $(VENV)/.base
	@echo "installing what builds the site of docs"
	@$(PIP) --requirement <($(requirements) docs)
	@touch $@
$(VENV)/.bench: $(VENV)/.training $(VENV)/.dev
	@echo "installing what is measured against"
	@$(PIP) --requirement <($(requirements) bench)
	@touch $@
setup-base: $(VENV)/.base
setup-dev: $(VENV)/.dev
setup-training: $(VENV)/.training

$(FRONTEND)/node_modules/.stamp: $(FRONTEND)/package.json $(FRONTEND)/package-lock.json | $(VENV)/.base
	@echo "installing the viewer's packages"
	@cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@
$(VIEWER): $(VIEWER_SOURCES) $(FRONTEND)/node_modules/.stamp
	@echo "building the viewer"
	@cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build
	@touch $@
# `serve` collects static files itself, when one has changed.
frontend: $(VIEWER) ## build the viewer

# --- use ----------------------------------------------------------------------------------------------------------
run: $(VENV)/.base $(VIEWER) ## start web and worker on 127.0.0.1:8000 with demo cases
	@$(BIN)/python manage.py serve --port $(PORT)

demo-model: $(VENV)/.training ## train, calibrate, evaluate and export the demo bundle
	@$(BIN)/python -m training bundle demo --run runs/demo-model

# --- checks -------------------------------------------------------------------------------------------------------
# Two processes share the files in the order of tests/conftest.py, long ones first.
SHARED := -n 2 --dist loadfile --no-loadscope-reorder
check: $(VENV)/.dev $(FRONTEND)/node_modules/.stamp ## lint, types, import layers and unit tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs 2 --output-sync check-python check-viewer test-viewer
	@$(BIN)/python -m pytest -q $(SHARED) -m "not slow and not alone and not browser" --ignore=tests/training --ignore=tests/browser

# Parts that `check` runs two at a time, the long ones first; what a part says is printed when it ends, in one piece.
check-python:
	@$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/mypy measures reports inference webapp reader_study manage.py
check-viewer:
	@cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check
test-viewer:
	@cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent test

# What `check` has run is not run again. The training tests share two processes, file by file; the smoke runs of the papers'
# tables are one file and are shared table by table. Browser tests are shared file by file, each process with its own server. Tests
# that kill workers, fill disks or hold a server to a time have the machine to themselves.
SMOKE := tests/training/tables/test_smoke_of_every_table.py
test: check docs $(VENV)/.training $(VIEWER) ## everything, real Chromium included
	@bash tools/chromium.sh
	@bash tools/redis.sh
	@bash tools/postgres.sh
	@$(BIN)/mypy training
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(SHARED) --durations=15 --ignore=$(SMOKE) tests/training tests/webapp/training_set
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --durations=5 $(SMOKE)
	@$(BIN)/python -m pytest $(SHARED) --durations=15 -m "slow and not alone and not browser" --ignore=tests/training --ignore=tests/webapp/training_set --ignore=tests/browser
	@$(BIN)/python -m pytest --durations=15 -m alone --ignore=tests/training --ignore=tests/browser
	@$(BIN)/python -m pytest $(SHARED) --durations=15 -m browser tests/browser

# Strict: a warning (a broken link, a name without a docstring's object) stops it. Clean: a cached page would hide its warnings.
docs: $(VENV)/.docs ## build the site of docs into build/site; no network is needed to read it
	@$(BIN)/zensical build --strict --clean --config-file mkdocs.yml

bench: $(VENV)/.bench $(VIEWER) ## measure; results under benchmarks/results
	@$(BIN)/python -m benchmarks

fuzz: $(VENV)/.dev ## 10,000 mutated DICOM files through pre-parse and decoding child
	@$(BIN)/python -m tests.hostile.fuzz_dicom --count 10000

mutate: $(VENV)/.training $(VENV)/.dev $(FRONTEND)/node_modules/.stamp ## break one line at a time: the test named for it must fail
	@$(BIN)/python tools/mutate.py

clean: ## remove what was built; keeps var/ with its images and reviews
	rm -rf $(VENV) build $(FRONTEND)/node_modules webapp/viewer/static .mypy_cache .ruff_cache .pytest_cache .cache test-results
