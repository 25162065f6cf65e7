# One command here and in CI: `make test`.
PYTHON ?= python3.11
BIN := .venv/bin
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) -q

.PHONY: test check quality demo promises bench clean

## Everything: install what changed, format, lint, types, all tests and examples.
test: .venv/.installed quality
	$(PYTEST)

## The same without installing and without slow tests: for while you work.
check: quality
	$(PYTEST) -m "not slow"

quality:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

## From nothing to a trained model in under a minute, after the install; needs no network.
demo: .venv/.installed
	$(BIN)/fledge demo

## Every promise of docs/promises.md at its full count (hours).
promises: .venv/.installed
	FLEDGE_FULL=1 $(PYTEST) -m promise

## Every benchmark, one after another; each prints ratios and writes JSON to .bench/.
bench: .venv/.installed
	@set -e; for script in $(filter-out benchmarks/_%,$(wildcard benchmarks/*.py)); do \
		echo "== $$script"; $(BIN)/python $$script; done

clean:
	rm -rf build dist .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]' --constraint constraints.txt
	touch $@
