# Two commands: `make run` and `make test`. Both set up .venv/ first, once.
# Compatible with GNU make 3.81 and POSIX sh, the versions of macOS.

SHELL := /bin/sh
PORT ?= 8501
PYTHON ?=
BIN := .venv/bin
STAMP := .venv/.setup-done
TOOLS_STAMP := .venv/.tools-done
TOOLS_LOCK := tests/requirements.lock
LOCK_FLAGS := --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Python compiles the fifth of the packages' modules that is used; all of them take 165 MB more.
PIP_FLAGS := --quiet --disable-pip-version-check --no-compile

# The stamp contains the folder of the setup: a moved project or one without its Python is set up again.
SET_UP_IN := $(shell test -x $(BIN)/python && cat $(STAMP) 2>/dev/null)

.PHONY: help setup tools run test pytest lint bench calibrate soak image picture lock clean again

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## make .venv/ with the headway command, from requirements.lock

tools: $(TOOLS_STAMP) ## add the packages of tests and checks, from tests/requirements.lock

run: setup ## open the dashboard at PORT (default 8501), with the demo if there is no data
	@$(BIN)/headway serve --demo --port "$(PORT)"

test: tools ## run every check and every test; fetch a browser and GitHub's schema once
	@$(BIN)/python -m tests.support.machine
	@$(MAKE) --no-print-directory -j 2 lint pytest

# Python's compiled files are kept even where the environment says not to: the tests start hundreds of
# processes, and each would compile what it imports.
pytest: tools
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --no-loadscope-reorder

lint: tools ## check style, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: tools ## measure collecting, importing, publishing and the pages
	@$(BIN)/python -m tests.bench

calibrate: tools ## simulate how often verdicts are wrong and what they find (under an hour)
	@nice $(BIN)/python -m tests.bench.calibrate

soak: tools ## run the long forms of tests: interruptions, faults, mutated files (an hour)
	@HEADWAY_MUTANTS=10000 $(BIN)/python -m pytest tests/collectors/imports/test_spend_mutated.py
	@HEADWAY_MUTANTS=10000 $(BIN)/python -m pytest tests/collectors/imports/test_surveys.py
	@HEADWAY_SURVEY_WORLDS=500 $(BIN)/python -m pytest tests/queries/publish/test_survey_privacy.py
	@HEADWAY_WORLDS=500 $(BIN)/python -m pytest -n auto tests/queries/publish/test_spend_privacy.py
	@HEADWAY_WORLDS=60 $(BIN)/python -m pytest -n auto tests/queries/publish/test_spend_attacker.py
	@HEADWAY_HOSTILE_SEEDS=200 $(BIN)/python -m pytest tests/collectors/spend/test_hostile.py
	@HEADWAY_LINE_MB=3700 $(BIN)/python -m pytest tests/headway/cli/test_attacks_files.py
	@HEADWAY_PAGING_SEEDS=50 $(BIN)/python -m pytest tests/collectors/github/test_paging.py
	@HEADWAY_SINGLE_FIELDS=1 $(BIN)/python -m pytest tests/collectors/github/test_null_fields.py
	@HEADWAY_FAULT_SEEDS=10 $(BIN)/python -m pytest tests/collectors/github/test_faults.py
	@HEADWAY_HOSTILE_SEEDS=100 $(BIN)/python -m pytest tests/headway/cli/test_hostile.py
	@HEADWAY_STRIKES=200 $(BIN)/python -m pytest --capture no tests/headway/cli/test_kill.py
	@HEADWAY_CHART_PAGES=1 $(BIN)/python -m pytest tests/headway/ui/test_figures.py
	@HEADWAY_PEOPLE_WORLDS=500 $(BIN)/python -m pytest tests/queries/publish/test_people_privacy.py
	@HEADWAY_TARGET_PUBLISHES=100 HEADWAY_READERS=8 $(BIN)/python -m pytest tests/headway/cli/test_targets.py
	@HEADWAY_PUBLISHES=25 HEADWAY_READERS=8 $(BIN)/python -m pytest tests/queries/publish/test_snapshot.py

image: tools ## build the image as root without a daemon and try it (needs buildah, debootstrap)
	@$(BIN)/python -m tests.bench.image

picture: tools ## renew docs/overview.png from the demo
	@$(BIN)/python -m tests.support.picture

lock: ## renew requirements.lock and the locks of tests/ and deploy/ from pyproject.toml (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	@uv pip compile $(LOCK_FLAGS) --group build --output-file requirements.lock pyproject.toml
	@uv pip compile $(LOCK_FLAGS) --all-extras --group build --group dev --constraint requirements.lock \
		--output-file $(TOOLS_LOCK) pyproject.toml
	@uv pip compile $(LOCK_FLAGS) --all-extras --group build \
		--constraint $(TOOLS_LOCK) --output-file deploy/requirements.lock pyproject.toml
	@uv pip compile $(LOCK_FLAGS) --group pyproject.toml:node --output-file tests/node.lock

clean: ## remove .venv/ and every cache, keep data/
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis build headway.egg-info
	find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +

# The stamp is written last, so an interrupted setup starts over. If the stamp exists, only the lock
# changed, and setup updates the installed packages.
ifneq ($(SET_UP_IN),$(CURDIR))
$(STAMP): again
endif
$(STAMP): requirements.lock pyproject.toml
	@set -e; \
	if [ "$(SET_UP_IN)" = "$(CURDIR)" ] && [ -x $(BIN)/python ]; then clear=; else clear=--clear; fi; \
	rm -f $(STAMP); \
	if command -v uv >/dev/null 2>&1; then \
		echo "Setting up .venv with uv" >&2; \
		if [ -n "$$clear" ]; then uv venv --quiet --clear --python "$(or $(PYTHON),>=3.11)" .venv; fi; \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		for python in $(PYTHON) python3.13 python3.12 python3.11 python3 none; do \
			if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
			then break; fi; \
		done; \
		if [ "$$python" = none ]; then \
			echo "Headway needs Python 3.11 or newer with venv, or uv:" \
				"install python3 and python3-venv, or see https://docs.astral.sh/uv/" >&2; \
			exit 1; \
		fi; \
		echo "Setting up .venv with $$python and pip" >&2; \
		if [ -n "$$clear" ] || ! $(BIN)/python -c 'import pip' 2>/dev/null; then "$$python" -m venv --clear .venv; fi; \
		$(BIN)/python -m pip install $(PIP_FLAGS) --require-hashes -r requirements.lock; \
		$(BIN)/python -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation -e .; \
	fi; \
	printf '%s\n' "$(CURDIR)" > $(STAMP)

# The second lock contains the first, in the same versions.
$(TOOLS_STAMP): $(STAMP) $(TOOLS_LOCK)
	@set -e; \
	echo "Adding the packages of tests" >&2; \
	if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r $(TOOLS_LOCK); \
	else \
		$(BIN)/python -m pip install $(PIP_FLAGS) --require-hashes -r $(TOOLS_LOCK); \
	fi; \
	: > $(TOOLS_STAMP)
again:
