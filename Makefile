# Every target sets up what it needs by itself: Python >= 3.11, make and git are all that must be there
# (Go is used when present, and fetched from PyPI when not).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := operator tools tests examples
# Most tests wait for real programs: two files at a time, each with a sandbox of its own.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup sandbox demo test proof bench crds pictures lint format lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 12

$(STAMP): requirements-dev.txt pyproject.toml
	@echo "== Python environment in $(VENV) (once, about a minute)"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bursar needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(STAMP) ## Make the Python environment

sandbox: $(STAMP) ## Find or build the real parts: API server, Prometheus, Alertmanager ...
	@$(BIN)/python -m sandbox build

demo: sandbox ## Show an error budget burn, page and recover on real parts (ARGS=--once prints it once)
	@$(BIN)/python -m examples.shop.demo $(ARGS)

test: lint sandbox ## Everything that must hold: style, types, layers, generated files, all tests, coverage
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --fail-under=95

proof: sandbox ## Prove on real parts what rules read, that budgets equal exact counts, and when alerts fire (an hour)
	@$(BIN)/python -m tests.benchmark samples
	@$(BIN)/python -m tests.proof $(ARGS)
	@$(BIN)/python -m tests.firing

bench: sandbox ## Measure on the sandbox; prints figures and writes a JSON
	@$(BIN)/python -m tests.benchmark $(ARGS)

crds: $(STAMP) ## Generate crds/, the chart's copies and docs/reference.md from the models
	$(BIN)/python -m bursar.api.crd --write

pictures: $(STAMP) ## Draw docs/pictures/ and the tables of docs/how-budgets-work.md
	$(BIN)/python -m pictures --write

lint: $(STAMP) ## Style, types, layers and generated files
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy operator/bursar tools/pictures tools/sandbox tests
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m bursar.api.crd --check

format: $(STAMP) ## Format the code
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

lock: $(STAMP) ## Lock the dependencies anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade -o requirements.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade --group dev -o requirements-dev.txt pyproject.toml

clean: ## Remove what was made here (the sandbox's binaries stay in the user's cache)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* dist build
