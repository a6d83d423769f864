# Everything is run through here; `make help` lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
APT    := $(if $(shell id -u | grep -x 0),apt-get,sudo apt-get)

.DEFAULT_GOAL := help
.PHONY: help setup system system-tests demo test check unit root bench golden clean

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## install what is missing: system libraries, a virtual environment, Lateen itself

# $(call install,SHELL): SHELL adds to $$missing what has to be installed.
define install
	@missing=""; $(1); \
	if [ -n "$$missing" ]; then echo "setup: installing$$missing"; $(APT) update -qq && \
	  DEBIAN_FRONTEND=noninteractive $(APT) install -y -qq --no-install-recommends $$missing >/dev/null; fi
endef

# What Debian's minimal system lacks: libnftables captures traffic in pods, curl is what the sample client runs, and
# Debian ships python3 without venv.
system:
	$(call install, \
	  ldconfig -p | grep -q libnftables.so.1 || missing="$$missing libnftables1"; \
	  command -v curl >/dev/null || missing="$$missing curl"; \
	  $(PYTHON) -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv")

# The tests look at the machine with its own tools, not with Lateen's code.
system-tests:
	$(call install, \
	  command -v ip >/dev/null || missing="$$missing iproute2"; \
	  command -v nft >/dev/null || missing="$$missing nftables")

$(VENV)/.ready: pyproject.toml constraints.txt | system
	@echo "setup: virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

check: setup  ## lint, types, import contract
	@echo "check: lint (ruff), types (mypy), import contract (import-linter)"
	@$(BIN)/python tools/stubs.py build/stubs
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

unit: setup  ## the fast tests: unit, golden, simulation, property, feature
	@echo "unit: rules, golden files, simulation, properties, features (no root needed)"
	@$(PYTEST) -q -n 2 -m 'not root'

root: setup system-tests  ## the tests with real Envoy, namespaces and nftables (needs root)
	@echo "root: real Envoy, network namespaces, nftables and meshes; nothing is left behind"
	@$(PYTEST) -q -m root

test: check unit root  ## set up and pass every check and test

demo: setup  ## bring up a mesh with bookinfo, shift traffic, print the split (ONCE=1: then clean up and stop)
	@$(BIN)/lateen demo $(if $(ONCE),--once)

golden: setup  ## rewrite the golden files from what the code emits now
	$(PYTEST) -q tests/golden --rewrite-golden

bench: setup  ## measure; prints a table with medians
	$(BIN)/python -m bench

clean:  ## remove what the targets above made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
