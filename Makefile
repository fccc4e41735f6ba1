# Everything a person or a machine does here is one of these words; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
FRONT := $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

help: ## list these words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

demo: .venv/web ## make the demo company and open it in the web application, on port 8000
	$(BIN)/jiuzhou demo

test: .venv/dev ## every test that a change must pass
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations 10

postgres: .venv/dev ## the web's tests once more, on a PostgreSQL that is started for them
	$(BIN)/python tests/on_postgres.py tests/web -n 2 --dist worksteal

check: .venv/dev ## format, lint, types, imports, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/test_code_shape.py tests/test_docs.py tests/test_catalogue.py tests/test_locks.py

format: .venv/dev ## format and mend what can be mended
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

docs: .venv/dev ## write the reference pages from the code
	$(BIN)/python docs/make_reference.py

drill: .venv/dev ## every test again, with examples never drawn before
	$(BIN)/python -m pytest -n 2 --hypothesis-profile search

bench: .venv/lab ## measure, as CPU seconds or beside a rival
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

lock: .venv/web ## make the lock files anew from pyproject.toml
	$(COMPILE) pyproject.toml --extra web --group dev --group lab -o requirements/all.lock
	$(COMPILE) pyproject.toml --group build -c requirements/all.lock -o requirements/base.lock
	$(COMPILE) pyproject.toml --extra web --group build -c requirements/all.lock -o requirements/web.lock
	$(COMPILE) pyproject.toml --extra web --group dev -c requirements/all.lock -o requirements/dev.lock
	$(COMPILE) pyproject.toml --extra web --group dev --group lab -c requirements/all.lock -o requirements/lab.lock

clean: ## remove what the words above made
	rm -rf .venv build dist jiuzhou-demo frontend/node_modules src/jiuzhou/geo/built src/jiuzhou/web/static/built

.venv/web .venv/dev .venv/lab: .venv/%: requirements/%.lock pyproject.toml hatch_build.py $(FRONT)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || true
	if [ -x $(BIN)/uv ]; then VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r $<; \
	else $(BIN)/python -m pip install --quiet --require-hashes -r $<; fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/jiuzhou warm
	touch $@

.PHONY: help demo test postgres check format docs drill bench lock clean
