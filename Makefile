# Every target does its own set-up: a fresh machine needs only Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CONSOLE := src/veedor/desk/console/dist/index.html
CONSOLE_SOURCE := $(shell find web/src web/public -type f 2>/dev/null) web/index.html web/package-lock.json web/vite.config.ts
export VEEDOR_SHARED ?= $(abspath ../shared)

.PHONY: help setup demo test web api wheel check format bench soak reference shots clean

help: ## Show the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Veedor needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

$(CONSOLE): $(READY) $(CONSOLE_SOURCE)
	$(BIN)/python -m tools.console build
	@touch $@

setup: $(READY) ## Make the virtual environment and install everything

# make demo; make demo CAMERAS="rtsp://192.168.1.64/stream1 video.mp4"; make demo DEMO="--for 90s --report report.json"
demo: $(READY) $(CONSOLE) ## Everything on one machine, with real video (CAMERAS="rtsp://... file.mp4" for your own; SITES=3: a hub and sites)
	$(BIN)/veedor demo $(if $(SITES),--sites $(SITES)) $(DEMO) $(CAMERAS)

test: $(READY) $(CONSOLE) ## All tests but the long ones (FULL=1: those too)
	$(BIN)/veedor models pull
	$(BIN)/python -m tools.console run test
	$(BIN)/pytest -n 3 --dist loadgroup

check: $(READY) ## Format, lint, strict types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.console check

web: $(CONSOLE) ## Build the console (needs no Node on the host)

api: $(READY) ## Generate the console's API client from the program
	$(BIN)/python -m tools.console api

wheel: $(CONSOLE) ## A wheel with the console inside, in dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

format: $(READY) ## Format the code and apply safe fixes
	-$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .
	$(BIN)/python -m tools.console run format

bench: $(READY) $(CONSOLE) ## Figures into bench/results/*.json (FULL=1: the long ones)
	$(BIN)/python bench/run.py $(if $(FULL),--full)

soak: $(READY) ## Random kills and outages against a site, then a federation (SEED=n to repeat one, MINUTES=n)
	$(BIN)/python bench/soak.py $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))
	$(BIN)/python bench/soak_federation.py $(if $(SEED),--seed $(SEED)) --for $(or $(MINUTES),3)m --each

reference: $(READY) ## Generate docs/reference from the program
	$(BIN)/python -m tools.reference

shots: $(READY) $(CONSOLE) ## Pictures of the console into docs/console (needs Chromium)
	$(BIN)/python -m tools.console_shots

clean: ## Remove what the other targets made here
	rm -rf $(VENV) .venvs .mypy_cache .ruff_cache .pytest_cache .import_linter_cache web/node_modules src/veedor/desk/console/dist dist
