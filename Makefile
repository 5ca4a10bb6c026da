# Mujun 亩均. `make help` lists what can be asked for.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8000
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
WEB := service/console
LOCAL := $(CURDIR)/.local

# The demo lies in a folder of its own unless the caller names a database.
DEMO_DATABASE_URL := $(or $(MUJUN_DATABASE_URL),sqlite:///$(LOCAL)/demo.gpkg)
DEMO_ENV := MUJUN_DATABASE_URL="$(DEMO_DATABASE_URL)" MUJUN_DATA_DIR="$(or $(MUJUN_DATA_DIR),$(LOCAL)/data)"

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: run
run: $(BIN)/.runtime $(WEB)/vendor/.done ## The demo park on http://127.0.0.1:8000 (PORT=, MUJUN_DATABASE_URL=)
	@mkdir -p $(LOCAL)
	@$(DEMO_ENV) $(BIN)/mujun demo
	@exec env $(DEMO_ENV) $(BIN)/mujun serve --open --port $(PORT)

.PHONY: test
test: $(BIN)/.dev $(WEB)/vendor/.done debian ## Every test, on both databases, with a real browser
	$(BIN)/pytest -n 2 --dist worksteal -m "not nightly and not qgis"

.PHONY: nightly
nightly: $(BIN)/.dev $(WEB)/vendor/.done debian ## Every test, the long ones too
	$(BIN)/pytest -n 2 --dist worksteal -m "not qgis"

.PHONY: test-qgis
test-qgis: $(BIN)/.dev ## What QGIS itself does with the service; installs Debian's python3-qgis (as root)
	@docker/debian-packages.sh qgis
	$(BIN)/pytest -m qgis tests/clients

.PHONY: check
check: $(BIN)/.dev ## Linters, types, layering, the committed OpenAPI documents, container files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mujun openapi --check openapi
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml
	bash -n docker/*.sh .ci/run

.PHONY: format
format: $(BIN)/.dev ## Let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: openapi
openapi: $(BIN)/.dev ## Write the OpenAPI documents that are served into openapi/
	$(BIN)/mujun openapi --write openapi

.PHONY: bench
bench: $(BIN)/.dev debian ## Measure import, serving and evaluation beside peers (PART=, PARCELS=, EVALUATION=, SECONDS=)
	@[ -n "$(PART)" ] && [ "$(PART)" != serving ] || docker/debian-packages.sh bench
	$(BIN)/python -m tests.benchmarks $(PART) $(if $(PARCELS),--parcels $(PARCELS)) \
		$(if $(EVALUATION),--evaluation $(EVALUATION)) $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: lock
lock: $(BIN)/.uv ## Resolve the newest allowed versions into the lock files
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
		--extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

.PHONY: debian
debian: ## Install the Debian packages that the tests need (as root), or say how to
	@docker/debian-packages.sh

.PHONY: clean
clean: ## Remove the environment, the demo and all caches
	rm -rf .venv .local $(WEB)/node_modules $(WEB)/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/.uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(BIN)/.runtime: requirements.lock pyproject.toml | $(BIN)/.uv
	@if [ ! -e $(BIN)/.dev ]; then \
		$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirement requirements.lock; \
		$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --editable .; fi
	@touch $@

$(BIN)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/.uv
	$(BIN)/uv pip install --compile-bytecode --python $(BIN)/python --require-hashes --requirement requirements-dev.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --editable .
	@touch $@

$(WEB)/vendor/.done: $(WEB)/package.json $(WEB)/package-lock.json
	npm --prefix $(WEB) ci --no-audit --no-fund --loglevel=error
	npm --prefix $(WEB) run --silent vendor
	@touch $@
