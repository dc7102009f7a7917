# Everything that a person or the continuous integration asks of this tree; `make` alone lists it.
#
# The set-up is stamped: a second `make demo` or `make test` finds nothing to do and starts at once.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
UV := 0.13.9
ARGS ?=
MINUTES ?= 30

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore
export PYTHONUTF8 := 1

.PHONY: help setup venv demo test test-all fuzz soak bench screens sheet words release format lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(VENV)/.demo  ## make the virtual environment with what the kiosk needs to run
	@:

venv: $(VENV)/.test  ## the same with everything that the tests need
	@:

demo: $(VENV)/.demo  ## the whole kiosk against a Google of its own; ARGS="--lan", "--photos DIR", "--auto"
	@exec $(BIN)/kiosk demo $(ARGS)

# The quick judges come first. pytest comes last: its summary line is the last line of the output.
test: $(VENV)/.test  ## format, lint, types, import rules, tests, coverage; about a quarter of an hour
	@$(BIN)/ruff format --check --output-format concise . >&2 || { echo "kiosk: \`make format\` does that" >&2; exit 1; }
	$(BIN)/ruff check --quiet --output-format concise .
	$(BIN)/mypy --strict kiosk
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report= --coverage-gate $(ARGS)

test-all: $(VENV)/.test  ## every test at full length, on each proved Python that is here; prints a table
	@export KIOSK_TEST_ALL=1
	failed=0
	rm -f $(STAMPS)/*.xml
	$(find_other)
	$(MAKE) test ARGS="--junitxml=$(STAMPS)/python$$mine.xml" || failed=1
	if [ -n "$$other" ]; then
	    $(call make_venv,.venv-other,"$$other")
	    $(call install,.venv-other,requirements-test.lock)
	    .venv-other/bin/python -m pytest --junitxml="$(STAMPS)/$$(basename "$$other").xml" || failed=1
	else
	    echo "kiosk: no second Python (3.11 or 3.13) on this machine; the table has one column" >&2
	fi
	$(BIN)/python -m tests.plugins.table $(STAMPS)/*.xml
	exit $$failed

fuzz: .venv-fuzz/.fuzz  ## every input under a coverage-guided fuzzer, a fixed number of runs; prints a table
	@exec .venv-fuzz/bin/python -m tests.fuzz $(ARGS)

soak: $(VENV)/.test  ## the real kiosk in real time with picks, faults and network losses; MINUTES=30
	@exec $(BIN)/python -m tests.soak $(MINUTES) $(ARGS)

bench: $(VENV)/.test  ## the figures that the project promises, measured here
	@exec $(BIN)/python -m tests.bench $(ARGS)

screens: $(VENV)/.demo  ## the screenshots in the README, taken from the real kiosk in the demo
	@LC_ALL=C SDL_VIDEODRIVER=dummy $(BIN)/kiosk demo --auto --size 960x540 --screenshots docs/screens
	$(BIN)/kiosk sheet docs/screens/sheet.png

sheet: $(VENV)/.test  ## every scene at three sizes, and in every language, for looking at; in build
	@$(BIN)/python -m tests.screens build/screens
	$(BIN)/python -m tests.languages build/languages

words: $(VENV)/.test  ## the sentences of the source into every catalog of assets/locale, compiled
	@$(BIN)/python -m kiosk.language.catalogs

# KIOSK_RELEASE_KEY=FILE is the key that signs; ARGS="--new-key FILE" makes one. docs/appliance.md tells the rest.
release: $(VENV)/.demo  ## a signed release for `kiosk update`, in dist; ARGS="--machine aarch64"
	@exec $(BIN)/python -m kiosk.cli.release $(ARGS)

format: $(VENV)/.test  ## let ruff format and repair what it can
	@$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The machine's own indexes must not leak into the lock: uv reads neither their variables nor their files here.
# UPGRADE=1 asks for the newest of everything; without it what is pinned stays as far as pyproject.toml allows.
lock: | $(STAMPS)/python-demo  ## pin every package again, with hashes (UPGRADE=1 for the newest)
	@unset $${!UV_@} $${!PIP_INDEX@} $${!PIP_EXTRA@} $${!PIP_FIND@}
	[ -x .venv-lock/bin/uv ] || { $$(cat $(STAMPS)/python-demo) -m venv .venv-lock; .venv-lock/bin/pip install -qq uv==$(UV); }
	compile() {
	    .venv-lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	        --no-emit-index-url --no-annotate --no-header $(if $(UPGRADE),--upgrade) --group build pyproject.toml "$$@"
	}
	compile --extra demo --extra faces --extra test --output-file requirements-test.lock
	compile --constraints requirements-test.lock --output-file requirements.lock
	compile --extra demo --constraints requirements-test.lock --output-file requirements-demo.lock
	compile --extra fuzz --constraints requirements-test.lock --output-file requirements-fuzz.lock
	for file in requirements.lock requirements-demo.lock requirements-test.lock requirements-fuzz.lock; do
	    sed -i '1i # Made by `make lock` from pyproject.toml, for x86_64 and aarch64; installed with --require-hashes.' $$file
	done

clean:  ## remove all that the targets above have made
	rm -rf .venv .venv-fuzz .venv-lock .venv-other $(STAMPS) build dist .coverage .mypy_cache .pytest_cache .ruff_cache
	find kiosk tests -name __pycache__ -prune -exec rm -rf {} +

# --- set-up

# Sets $$found to the first interpreter that really runs and is new enough. `python3` comes first because Debian's
# python3-venv belongs to it. (A name alone proves nothing: pyenv leaves shims that only print an error.)
define find_python
found=
for name in $${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$name; break; fi
done
if [ -z "$$found" ]; then
    echo "kiosk needs Python 3.11 or newer and found none. Debian 12, Ubuntu 24.04 and Raspberry Pi OS 12 have it." >&2
    exit 1
fi
endef

# Sets $$other to a Python of the other proved version than .venv's, or to nothing.
define find_other
other=
mine=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for version in 3.13 3.11; do
    [ "$$version" != "$$mine" ] || continue
    for name in python$$version "$$HOME"/.pyenv/versions/$$version*/bin/python$$version; do
        if "$$name" -c 'import ensurepip, venv' >/dev/null 2>&1; then other=$$name; break 2; fi
    done
done
endef

# $(call make_venv,folder,python): a folder that was moved or whose Python has gone is made anew.
define make_venv
if ! $(1)/bin/python -m pip --version >/dev/null 2>&1; then
    echo "kiosk: making $$(basename $(1)) with $$($(2) --version)" >&2
    rm -rf $(1)
    $(2) -m venv $(1)
fi
endef

# $(call install,folder,lock): exactly what the lock says, then the source tree itself, in place. -qq: pip has opinions
# on the machine's settings that are no concern of this tree.
define install
echo "kiosk: installing $(2)" >&2
$(1)/bin/python -m pip install -qq --require-hashes --requirement $(2)
$(1)/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
endef

# The interpreter that will do, and the Debian packages for demo or test.
$(STAMPS)/python-%: kiosk/system/debian.py
	@$(find_python)
	"$$found" kiosk/system/debian.py $*
	mkdir -p $(STAMPS)
	echo "$$found" > $@

$(VENV)/.demo: requirements-demo.lock pyproject.toml $(STAMPS)/python-demo
	@$(call make_venv,$(VENV),$$(cat $(STAMPS)/python-demo))
	$(call install,$(VENV),requirements-demo.lock)
	touch $@

$(VENV)/.test: requirements-test.lock pyproject.toml $(STAMPS)/python-test
	@$(call make_venv,$(VENV),$$(cat $(STAMPS)/python-test))
	$(call install,$(VENV),requirements-test.lock)
	touch $@

# A virtual environment of its own: the fuzzer is large, and no wheel of it is for aarch64.
.venv-fuzz/.fuzz: requirements-fuzz.lock pyproject.toml $(STAMPS)/python-test
	@$(call make_venv,.venv-fuzz,$$(cat $(STAMPS)/python-test))
	$(call install,.venv-fuzz,requirements-fuzz.lock)
	touch $@
