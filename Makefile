# Few verbs. Everything is set up on the way: python3 (3.11+), git and make are enough.
SHELL := /bin/bash
export UV_PYTHON_PREFERENCE := only-system
export UV_COMPILE_BYTECODE := 1
UV := .tools/bin/uv
PY := .venv/bin/python
RUN := .venv/.run-ready
DEV := .venv/.dev-ready

.PHONY: demo test check long explore bench lock

demo: $(RUN)        ## the main job: forty campaigns by the rulebook against an emulated platform
	@.venv/bin/bidctl demo

test: $(DEV)        ## the fast tests, in parallel and in random order
	@.venv/bin/pytest -q -n 2 --dist worksteal -m "not long"

check: $(DEV)       ## lint, format, types, layers, and the wheel in a clean environment
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(PY) tests/wheel/check_wheel.py

long: $(DEV)        ## fault schedules, kills at every step, mutants
	@.venv/bin/pytest -q -n 2 --dist worksteal -m long

explore: $(DEV)     ## the properties again, with new examples, a thousand each where none says how many
	@HYPOTHESIS_PROFILE=explore .venv/bin/pytest -q -n 2 --dist worksteal -m "not long" --timeout=0 $$(grep -rl "from hypothesis" tests --include="test_*.py")

bench: $(DEV)       ## prints figures with the command to repeat each; asserts nothing
	@$(PY) -m benchmarks

lock: $(UV)         ## re-resolve the pinned sets (hashed, no index addresses)
	@$(UV) lock --quiet --upgrade
	@$(UV) export -q --frozen --no-emit-project --no-dev --no-annotate --no-header -o requirements/run.txt
	@$(UV) export -q --frozen --no-emit-project --all-extras --group dev --no-annotate --no-header -o requirements/dev.txt
	@$(UV) pip compile -q --generate-hashes --no-header --no-annotate requirements/build.in -o requirements/build.txt

$(UV):
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "bidctl needs python3 3.11 or newer: found $$(python3 --version)"; exit 1; }
	@python3 -m venv .tools || { echo "python3 has no venv: on Debian or Ubuntu run 'apt-get install python3-venv', then try again"; rm -rf .tools; exit 1; }
	@.tools/bin/pip install -q --disable-pip-version-check uv

$(RUN): requirements/run.txt requirements/build.txt pyproject.toml | $(UV)
	@echo "setting up .venv ..."
	@test -x $(PY) || $(UV) venv -q --python "$$(command -v python3)" .venv
	@$(UV) pip install -q --python $(PY) --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	@$(PY) -m compileall -q bidctl policies sim
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	@echo "adding what the tests need ..."
	@$(UV) pip install -q --python $(PY) --require-hashes -r requirements/dev.txt
	@touch $@
