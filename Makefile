# Two commands: `make` sets up and runs the workflow, `make test` sets up and tests.
# A machine needs Python 3.11, 3.12 or 3.13 with venv, git and make; a network for the set-up only.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
CORES ?= all

# The stamp is named after the lock and the folder: a changed lock or a moved folder sets up again,
# anything else costs nothing.
STAMP := $(VENV)/.ready-$(shell { cat requirements.lock; pwd; } | cksum | cut -d ' ' -f 1)

.PHONY: run setup test check dist clean

run: $(STAMP)
	@$(BIN)/readiness run --cores $(CORES)

setup: $(STAMP)

$(STAMP): requirements.lock workflow/setup.sh
	@sh workflow/setup.sh $(VENV)
	@touch "$@"

test: $(STAMP) check
	@$(BIN)/python -m pytest -n 2

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/snakefmt --check Snakefile workflow
	@$(BIN)/mypy
	@$(BIN)/mypy --config-file tests/mypy.ini
	@$(BIN)/python -m snakemake --lint

# The program's wheel, for `readiness upgrade` and pip, and its source archive: the same bytes for the
# same commit.
dist: $(STAMP)
	@$(BIN)/uv build --quiet --no-cache --offline --no-build-isolation --out-dir dist .

clean:
	rm -rf results .snakemake .cache
