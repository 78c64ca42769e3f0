# Two commands matter: `make run` and `make test`. The others serve those who work on the portal.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export DEMO ?= 1
PYTEST_ARGS ?=
SEED_STAGE ?= busy
SEED ?= 7

.DEFAULT_GOAL := help
.PHONY: help run test lint format seed bench drills shell catalogs messages clean

help:
	@echo "make run    set everything up and serve the demo (PORT=8000)"
	@echo "make test   set up and run the whole suite"
	@echo "make lint   ruff, mypy, djlint, migrations, catalogs"
	@echo "make seed   a fresh demo database (SEED_STAGE=empty|open|busy|closed SEED=7)"
	@echo "make bench  the benchmarks, each beside its limit, on SQLite and PostgreSQL"
	@echo "make drills workers killed, answers lost, the database stopped, Redis killed: nothing may be lost or counted twice"
	@echo "make shell  Django's shell on the demo"

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "Python is missing: install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sqlite3, sys; sys.exit(sqlite3.sqlite_version_info < (3, 39))' || { echo "This Python's SQLite is older than 3.39 (FULL JOIN); use a newer Python."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: on Debian or Ubuntu, apt install python3-venv"; exit 1; }
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run-parts: requirements.txt | $(BIN)/python
	@echo "Installing the pinned parts (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt || { echo "The parts could not be installed: is the package index reachable?"; exit 1; }
	@touch $@

$(VENV)/.dev-parts: requirements-dev.txt requirements.txt | $(BIN)/python
	@echo "Installing the parts for tests and checks ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt || { echo "The parts could not be installed: is the package index reachable?"; exit 1; }
	@touch $@ $(VENV)/.run-parts

PO_FILES := $(wildcard locale/*/LC_MESSAGES/*.po)
MO_FILES := $(PO_FILES:.po=.mo)

%.mo: %.po
	@$(BIN)/python manage.py catalogs

catalogs: $(MO_FILES)
	@:

run: $(VENV)/.run-parts
	@$(MAKE) --no-print-directory catalogs
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py seed --if-empty --stage $(SEED_STAGE) --seed $(SEED) >/dev/null
	@exec $(BIN)/python manage.py serve

test: $(VENV)/.dev-parts
	@$(MAKE) --no-print-directory catalogs
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

lint: $(VENV)/.dev-parts
	@$(MAKE) --no-print-directory catalogs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check

format: $(VENV)/.dev-parts
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

seed: $(VENV)/.run-parts
	@$(MAKE) --no-print-directory catalogs
	@rm -f var/portal.sqlite3 var/portal.sqlite3-wal var/portal.sqlite3-shm
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py seed --stage $(SEED_STAGE) --seed $(SEED)

bench: $(VENV)/.dev-parts
	@$(BIN)/python benchmarks/run.py

drills: $(VENV)/.dev-parts
	@echo "== Workers killed, SQLite"; $(BIN)/python drills/marks.py
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
		echo "== Workers killed, PostgreSQL stopped" && $(BIN)/python drills/marks.py postgresql || exit 1; \
		if command -v redis-server >/dev/null; then echo "== Redis killed" && $(BIN)/python drills/broker.py; \
		else echo "Redis is not on this machine: not drilled."; fi; \
	else echo "PostgreSQL is not on this machine: not drilled."; fi

shell: $(VENV)/.run-parts
	@$(BIN)/python manage.py shell

# Needs GNU gettext (a developer's tool; running the portal does not).
messages: $(VENV)/.run-parts
	@$(BIN)/python manage.py makemessages -l zh_Hans -l en --no-wrap --no-location -i '.venv' -i 'tests' -i 'var'

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis
