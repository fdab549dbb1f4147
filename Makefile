# Every task of the project, from a fresh clone on: `make run` and `make test` set up what is missing themselves.
# `make help` lists the targets; `make` alone does the same.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# cpu or cuda: which TensorFlow the native engine links to.
ENGINE ?= cpu
PYTHON ?= python3
# Experiment for `make experiment` and arguments for the program behind a target.
E ?= quickstart
ARGS ?=
BENCH ?=

VENV := .venv
# A bench's peer of 150 MB: too large for everybody's node_modules.
ONNX_WEB := 1.30.0
export PATH := $(CURDIR)/node_modules/.bin:$(CURDIR)/$(VENV)/bin:$(PATH)
export JUPYTER_PATH := $(CURDIR)/jupyter
export ENGINE PYTHON
TRM := bin/trm
# Folders, too: theirs is the time that changes when a source is deleted (`bench/.`, as `bench` is a target).
SOURCES = $(shell find src/. bench/. scripts/. -name __pycache__ -prune -o \( -name '*.ts' -o -type d \) -print)

.PHONY: help setup build engine run lab experiment notebooks check test test-servers test-times unit lint typecheck check-notebooks \
	bench bench-peer fuzz parity doctor format reflow-docs clean distclean check-tools hooks

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Variables: E=<experiment> BENCH=<name> ENGINE=cpu|cuda PYTHON=<python> ARGS='<more arguments>'"

## Set-up: each step leaves a stamp, so a second call does nothing.
check-tools:
	@native/check-tools.sh

node_modules/.setup: package.json package-lock.json native/tfjs-node-shim/package.json | check-tools
	@echo "setup: installing npm packages"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@ln -sfn ../../dist/src/serving/cli/main.js node_modules/.bin/trm
	@touch $@

$(VENV)/.setup: requirements.txt $(wildcard jupyter/papermill-plugin/*.py jupyter/papermill-plugin/*.toml) | check-tools
	@echo "setup: installing the Python tools into $(VENV)"
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@cp jupyter/lab/overrides.json $(VENV)/share/jupyter/lab/settings/overrides.json
	@touch $@

# Side by side: one downloads while the other compiles.
engine: node_modules/.setup $(VENV)/.setup
	@export PYTHON=$(VENV)/bin/python; node native/build-wasm.mjs & wasm=$$!; \
	  node native/build-engine.mjs --engine $(ENGINE); native=$$?; wait $$wasm && exit $$native

dist/.built: node_modules/.setup tsconfig.json scripts/build.mjs $(SOURCES)
	@echo "setup: compiling TypeScript"
	@node scripts/build.mjs

build: dist/.built ## Compile src, bench and scripts to dist; outputs without a source are removed

setup: node_modules/.setup $(VENV)/.setup engine build hooks ## Install npm packages, Python tools, native engine; compile
	@echo "setup: done"

hooks: $(VENV)/.setup
	@scripts/install-hooks.sh

## What researchers call.
run: setup ## The main job: the whole pipeline as notebooks, then examples/buggy.py by its model and by the project's own
	$(TRM) run quickstart $(ARGS)
	@echo "run: examples/buggy.py by the model that was just trained"
	$(TRM) fix examples/buggy.py --model quickstart --diff --exit-zero --unsafe-fixes --expected examples/buggy.json
	@echo "run: the same by the model that comes with the project"
	$(TRM) fix examples/buggy.py --diff --exit-zero --unsafe-fixes --expected examples/buggy.json

experiment: setup ## Run experiments/<E>.yaml through the notebooks (E=quickstart)
	$(TRM) run $(E) $(ARGS)

lab: setup ## Open JupyterLab with the TypeScript kernel on 127.0.0.1
	jupyter lab --ip 127.0.0.1 --notebook-dir . $(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

notebooks: setup ## Execute every notebook on the tiny configuration
	node dist/scripts/notebooks.js execute $(ARGS)

doctor: setup ## Say what is installed, what is used and what is missing
	$(TRM) doctor

## Checks.
check: setup ## Lint, types, notebooks' static checks, quick tests: under 3 minutes
	@scripts/run-checks.sh check

test: setup ## Everything without servers, under 40 minutes; closing line `N passed, N failed`
	@scripts/run-checks.sh test

test-servers: setup ## What needs a browser, root, Docker, other Pythons; skips by name what is absent. Once an issue
	@scripts/run-checks.sh test-servers

test-times: setup ## Measure the test files again: which are quick enough for `make check` (ARGS='part of a path')
	node dist/scripts/test.js --tier test --jobs 1 --record $(ARGS)

unit: setup ## Only the uvu tests, of all tiers (ARGS='part of a path')
	node dist/scripts/test.js $(ARGS)

lint: setup ## ESLint, Prettier, scripts, Dockerfiles, workflows, documents
	@scripts/lint.sh

typecheck: setup ## Types of the library and of the notebooks' cells
	node node_modules/typescript/bin/tsc --noEmit
	node dist/scripts/notebooks.js check

check-notebooks: setup ## Notebooks are stripped, typed and short
	node dist/scripts/notebooks.js check

bench: setup ## Run bench/<BENCH>.ts; the last line is JSON
	@test -n "$(BENCH)" || { echo "which one? BENCH=$$(ls bench | sed -n 's/\.ts$$//p' | grep -v test | paste -sd'|')"; exit 2; }
	@test -f bench/$(BENCH).ts || { echo "no bench/$(BENCH).ts; there are: $$(ls bench | sed -n 's/\.ts$$//p' | paste -sd' ')"; exit 2; }
	node dist/bench/$(BENCH).js $(ARGS)

bench-peer: .venv-bench/.setup ## Install the benchmarks' peers (PyTorch, onnxruntime-web, tokenizers, datasketch; 5 GB) into .venv-bench

.venv-bench/.setup: requirements-bench.txt | check-tools
	@echo "bench-peer: installing PyTorch, tokenizers, datasketch, ONNX and onnxruntime-web into .venv-bench"
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@npm install --prefix .venv-bench/web --ignore-scripts --no-audit --no-fund --loglevel=error onnxruntime-web@$(ONNX_WEB)
	@touch $@

fuzz: setup ## The long lexer test: 100 corruptions of every standard-library file (ARGS='--per-file 100')
	node dist/scripts/fuzz-lexer.js $(ARGS)

parity: setup ## Compare the model with the independent reference; fails above the tolerance
	node dist/scripts/parity.js

format: setup ## Rewrite sources in the project's format
	node node_modules/prettier/bin/prettier.cjs --write .
	node dist/scripts/notebooks.js strip

reflow-docs: build ## Wrap the prose of documents with lines over 120 characters
	node dist/scripts/docs-lines.js --reflow

clean: ## Remove compiled code and coverage; keeps data, runs and installed packages
	rm -rf dist coverage

distclean: clean ## Remove everything that set-up made (packages, venv, engine); keeps data and runs
	rm -rf node_modules $(VENV) .venv-bench .engine
	@# The git filter and the hooks call programs that are gone now.
	-@git config --remove-section filter.nbstripout 2>/dev/null
	-@git config --remove-section diff.jupyternotebook 2>/dev/null
	-@hooks=$$(git rev-parse --git-path hooks) && grep -qs pre-commit "$$hooks/pre-commit" && rm "$$hooks/pre-commit"
