# Everything a person or a CI machine does here. Each target installs what it needs; `make` alone lists them.

PYTHON  ?= python3
# Processes that share the tests; 0 runs them in one. (make check WORKERS=0)
WORKERS ?= 2
# The laboratory's own folder, outside the repository: installed programs, databases, logs.
OSLAB_DIR  ?= /tmp/oslab
# Heat has no part in what is tested.
OSLAB_HEAT ?= 0
export OSLAB_DIR OSLAB_HEAT

VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal
# What keeps a record, and so has to hold on every database that can; of the laws the one that takes every way.
ON_A_RECORD := tests/adapters/records tests/api tests/laws/test_every_step_may_fail.py tests/stories tests/processes
# Of the longest laws, try one in so many; every day others. (make test-large ONE_IN=3)
ONE_IN ?= 1
ON_LAB := OS_CLIENT_CONFIG_FILE=$(OSLAB_DIR)/clouds.yaml

.DEFAULT_GOAL := help
.PHONY: help up demo demo-openstack test test-large test-postgresql bench bench-openstack check format lint types contracts check-all matrix matrix-sample lab-full lab-openstack lab-down \
        screenshots readme record lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(READY) ## start Temporal, API, worker and a fake cloud here; ctrl-C stops, `make up` goes on
	@$(BIN)/manoflow up

demo: $(READY) ## watch a VNF being instantiated while its worker is killed (fake cloud)
	@$(BIN)/manoflow demo

demo-openstack: lab-openstack ## the same on a real OpenStack control plane
	@$(ON_LAB) $(BIN)/manoflow demo --openstack

test: $(READY) ## run the tests that need no laboratory, but for the largest
	@$(PYTEST) -m "not lab and not large"

test-large: $(READY) ## run the longest: the laws whole, 500 VNFCs, 200 VNFs
	@$(PYTEST) -m "large and not lab" --one-in $(ONE_IN) --ignore=tests/crowds --ignore=tests/sizes
	@$(BIN)/pytest -m "large and not lab" tests/crowds tests/sizes

check: format lint types contracts test ## all that every commit must pass, some twenty minutes on two cores

format: $(READY)
	@$(BIN)/ruff format --check --quiet || { echo "cannot pass: $(BIN)/ruff format mends this"; exit 1; }

lint: $(READY)
	@$(BIN)/ruff check

types: $(READY)
	@$(BIN)/mypy

contracts: $(READY)
	@$(BIN)/lint-imports --no-logo

test-postgresql: $(READY) postgresql ## run the tests that use a record on PostgreSQL instead of SQLite
	@$(PYTEST) --record=postgresql -m "not lab and not large" $(ON_A_RECORD)

check-all: ONE_IN = 3
check-all: check test-large test-postgresql matrix-sample ## check, then the same on PostgreSQL, a sample of the matrix, the tests on the OpenStack laboratory; stops it where it was not running before
	@[ -e $(OSLAB_DIR)/run/keystone.pid ] || trap 'lab/openstack/down' EXIT; trap 'exit 130' INT TERM; \
	lab/openstack/up && $(ON_LAB) $(BIN)/pytest -m lab && $(ON_LAB) $(BIN)/python -m tests.lab.faults.run --minutes 6

bench: $(READY) ## measure the engine beside bare activities, a killed worker, memory
	@$(BIN)/python -m bench.engine

bench-openstack: $(READY) ## measure Manoflow beside a bare openstacksdk script, on the laboratory with five hosts
	@OSLAB_COMPUTES=5 lab/openstack/up && $(ON_LAB) OS_CLOUD=oslab $(BIN)/python -m bench.openstack

lab-full: $(READY) lab-openstack ## all tests on the laboratory, and every fault there; again: what is still missing
	@$(ON_LAB) $(BIN)/pytest -m lab
	@$(ON_LAB) $(BIN)/python -m tests.lab.faults.run

matrix: $(READY) ## strike every operation at every boundary; again: what is still missing (about two hours)
	@$(BIN)/python -m tests.matrix.run --page docs/reliability-matrix.md

matrix-sample: $(READY) postgresql ## eight minutes of it, elsewhere every day; one of them on PostgreSQL
	@$(BIN)/python -m tests.matrix.run --minutes 7
	@$(BIN)/python -m tests.matrix.run --minutes 1 --record postgresql

lab-openstack: ## start a real OpenStack control plane on loopback (needs root for apt, the first time)
	@lab/openstack/up

lab-down: ## stop it; its databases stay in $OSLAB_DIR
	@lab/openstack/down

screenshots: $(READY) ## take the README's pictures of the Temporal UI anew
	@$(BIN)/python docs/screenshots/take.py

readme: $(READY) ## write the parts of README and docs that come from the code
	@$(BIN)/python docs/readme.py
	@$(BIN)/python docs/states.py
	@$(BIN)/python docs/sol001.py

record: $(READY) ## record the histories anew that every release must be able to replay
	@$(BIN)/python -m tests.histories.record

lock: $(READY) ## resolve requirements.lock and requirements-image.lock anew from pyproject.toml
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    --extra dev pyproject.toml --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --constraints requirements.lock --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    --extra image pyproject.toml --output-file requirements-image.lock

clean: ## remove the environment and all caches
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "cannot use $(PYTHON): Manoflow needs Python 3.11 or newer (make PYTHON=python3.12)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) --no-print-directory debian-venv
	@[ -x $(BIN)/pip ] || $(PYTHON) -m venv $(VENV)
	@echo "installing requirements.lock into $(VENV)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Debian keeps the venv module's pip in a package of its own.
.PHONY: debian-venv
debian-venv:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qy python3-venv; \
	else echo "cannot make $(VENV): install python3-venv (apt-get install python3-venv) and call make again"; exit 1; fi

# The tests start a server of their own with these programs; one that the package starts is not used.
.PHONY: postgresql
postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qy postgresql; \
	else echo "cannot test on PostgreSQL: install it (apt-get install postgresql) and call make again"; exit 1; fi; }
