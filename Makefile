# make run    everything, from an empty folder to a shop that answers
# make test   everything that CI checks
# make check  the quick loop: lint, types, unit tests
.PHONY: run test check setup browser lock clean
PYTHON := .venv/bin/python
export PYTHONUNBUFFERED := 1

run: setup
	@exec $(PYTHON) -m cli up

setup:
	@bash scripts/setup.sh

check: setup
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m pytest -q tests/unit

test: check browser
	assistant/.venv/bin/python -m pytest -q assistant/tests
	$(PYTHON) -m pytest -q tests --ignore tests/unit

# Chromium for the browser tests, from Debian when it is not there.
browser:
	@bash scripts/browser.sh

# Compile both lists of requirements anew, without naming a registry. torch stays out: each machine has its own build.
lock:
	UV_FIND_LINKS="$${UV_FIND_LINKS:-$$PIP_FIND_LINKS}" bash scripts/lock.sh

clean:
	rm -rf var .venv assistant/.venv .uv
