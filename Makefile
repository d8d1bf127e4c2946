# Every target does its own set-up: a fresh machine needs only Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export VEEDOR_SHARED ?= $(abspath ../shared)

.PHONY: help setup test check format reference clean

help: ## Show the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

setup: $(READY) ## Make the virtual environment and install everything

test: $(READY) ## All tests
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(READY) ## Format, lint, strict types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

reference: $(READY) ## Generate docs/reference and the table of dependencies
	$(BIN)/python -m tools.reference

format: $(READY) ## Format the code and apply safe fixes
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
