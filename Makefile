# Everything a person or a machine does with Trigpoint, by one word each. `make help` lists it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
TERSE := sed -u -e '/^Requirement already/d' -e '/^Looking in/d' -e '/^Ignoring/d' -e '/^ *Obtaining/d'
STAMPS := .venv/.stamps
PYTEST := $(BIN)/python -m pytest
FRONTEND_SOURCES := $(shell find frontend/src -type f 2>/dev/null) frontend/package.json frontend/vite.config.js frontend/icons.js tools/make_fonts.py

.PHONY: help
help: ## List what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F '\t' '{ printf "  make %-14s %s\n", $$1, $$2 }'

# --- to use it ---

.PHONY: demo
demo: $(STAMPS)/run frontend/dist/.vite/manifest.json ## Install, load the demo organisation and serve it on http://127.0.0.1:8000
	@$(BIN)/trigpoint demo

.PHONY: serve
serve: migrate ## Serve ./var/trigpoint.db (or TRIGPOINT_DATABASE_URL) on http://127.0.0.1:8000
	@$(BIN)/trigpoint serve

.PHONY: migrate
migrate: install ## Create or upgrade the database
	@$(BIN)/trigpoint migrate

.PHONY: install
install: $(STAMPS)/run frontend/dist/.vite/manifest.json ## Install what running needs, and build the front end

.PHONY: frontend
frontend: frontend/dist/.vite/manifest.json ## Build the front end

# --- to change it ---

.PHONY: check
check: lint types contracts frontend-check container-check ## Format, lint, types, import contracts: what CI asks first

.PHONY: lint
lint: $(STAMPS)/dev ## Is everything formatted and free of known mistakes?
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: format
format: $(STAMPS)/dev ## Format, and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: types
types: $(STAMPS)/dev ## Check the types (strict)
	$(BIN)/mypy

.PHONY: contracts
contracts: $(STAMPS)/dev ## Check which module may import which
	$(BIN)/lint-imports

.PHONY: frontend-check
frontend-check: frontend/node_modules/.package-lock.json ## Types and lint of the front end
	@tools/node.sh npm --prefix frontend run --silent check

.PHONY: container-check
container-check: $(STAMPS)/dev ## Check Dockerfile and compose.yaml as far as no engine is needed
	@$(BIN)/python tools/check_container.py

.PHONY: test
test: $(STAMPS)/dev frontend/dist/.vite/manifest.json ## Run every test: SQLite, PostgreSQL, faults, a real browser
	@tools/test.sh frontend sqlite postgres faults browser

.PHONY: test-fast
test-fast: $(STAMPS)/dev frontend/dist/.vite/manifest.json ## Run the tests on SQLite, without browser and faults
	@tools/test.sh sqlite

.PHONY: test-postgres
test-postgres: $(STAMPS)/dev frontend/dist/.vite/manifest.json ## Run the tests on a real PostgreSQL
	@tools/test.sh postgres

.PHONY: test-faults
test-faults: $(STAMPS)/dev frontend/dist/.vite/manifest.json ## Kill servers a hundred times, fill disks; writes the figures of docs/security.md
	@TRIGPOINT_FAULT_ROUNDS=100 TRIGPOINT_FIGURES=var/figures.json tools/test.sh faults
	@$(BIN)/python tools/security_figures.py var/figures.json

.PHONY: test-browser
test-browser: $(STAMPS)/dev frontend/dist/.vite/manifest.json ## Run the tests in a real Chromium
	@tools/test.sh browser

.PHONY: pictures
pictures: $(STAMPS)/dev frontend/dist/.vite/manifest.json ## Make the pictures of the guides again, by the browser tests
	@TRIGPOINT_PICTURES=docs/guides/images tools/test.sh browser

.PHONY: bench
bench: $(STAMPS)/dev frontend/dist/.vite/manifest.json ## Measure saves and reports, as ratios to a bare reference
	@$(BIN)/python -m bench

.PHONY: audit
audit: $(STAMPS)/audit frontend/node_modules/.package-lock.json ## Known vulnerabilities, unsafe code, secrets; writes ./sbom
	@$(BIN)/python tools/audit.py

.PHONY: secrets-baseline
secrets-baseline: $(STAMPS)/audit ## Accept what looks like a secret and is none, after looking at it
	$(BIN)/detect-secrets scan --exclude-files '^requirements/|package-lock.json$$' > .secrets.baseline

.PHONY: lock
lock: $(STAMPS)/dev ## Lock the dependencies again, with hashes
	tools/lock.sh

.PHONY: clean
clean: ## Remove what can be made again; ./var, with its data, stays
	rm -rf .venv frontend/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- how it gets there: each stamp is newer than what it was made from ---

$(STAMPS)/python: tools/make_venv.sh
	@tools/make_venv.sh
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: requirements/build.txt pyproject.toml $(STAMPS)/python
	@echo "Installing the locked dependencies (a few minutes the first time) …"
	@$(PIP) install --require-hashes -r requirements/build.txt | $(TERSE)
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/run
	@echo "Installing what checks and tests need …"
	@$(PIP) install --require-hashes -r requirements/dev.txt | $(TERSE)
	@touch $@

$(STAMPS)/audit: requirements/audit.txt $(STAMPS)/dev
	@echo "Installing what the audit needs …"
	@$(PIP) install --require-hashes -r requirements/audit.txt | $(TERSE)
	@touch $@

.PHONY: runtime
runtime: $(STAMPS)/python ## Install only what running needs (for containers)
	@$(PIP) install --require-hashes -r requirements/runtime.txt

frontend/node_modules/.package-lock.json: frontend/package-lock.json frontend/package.json $(STAMPS)/run
	@echo "Installing the front end's tools …"
	@tools/node.sh npm --prefix frontend ci --no-audit --no-fund --loglevel=error
	@touch $@

frontend/dist/.vite/manifest.json: $(FRONTEND_SOURCES) frontend/node_modules/.package-lock.json
	@echo "Building the front end …"
	@tools/node.sh npm --prefix frontend run --silent build
	@$(BIN)/python tools/make_fonts.py frontend/node_modules/@fontsource-variable/inter/files frontend/dist/fonts
	@touch $@
