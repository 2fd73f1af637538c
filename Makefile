# Everything a newcomer needs; `make` alone lists it. Needs python3.11 or newer and pip, nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
WORKERS ?= 2
DEMO_SECONDS ?=

# Real provider payloads and worked journeys, where they lie beside the project.
CASES := $(wildcard ../shared/cases)
ifneq ($(CASES),)
export ROUTER_CASES ?= $(abspath $(CASES))
endif

.PHONY: help demo test check locks bench clean
.DEFAULT_GOAL := help

help: ## List what can be made
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(VENV)/.runtime ## Start the demo: live traffic on all channels; DEMO_SECONDS=20 ends by itself
	@$(BIN)/router demo $(if $(DEMO_SECONDS),--seconds $(DEMO_SECONDS)) || [ $$? -eq 130 ]

test: $(VENV)/.dev ## Run all tests against real servers; ARGS goes to pytest
	$(BIN)/pytest -q -n $(WORKERS) $(ARGS)

check: $(VENV)/.dev locks ## Look at form, types, layers and locks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

locks: # Locks name packages and hashes, never where they came from.
	@if grep -nE 'https?://|index|find-links' requirements/*.lock; then \
	  echo "an address stands in a lock: compile it again as CONTRIBUTING.md says"; exit 1; fi

bench: $(VENV)/.dev ## Measure what the README claims
	$(BIN)/python -m bench

clean: ## Remove the environment and all caches; the data in .router-data stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One environment grows: first what runs, then what tests. A stamp says that it is done.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/build.lock requirements/runtime.lock pyproject.toml | $(VENV)/.made
	$(PIP) -r requirements/build.lock -r requirements/runtime.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	$(PIP) -r requirements/dev.lock
	@touch $@
