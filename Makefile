# Everything a stranger needs: `make demo` and `make test`. Both set up what they need and can be run again.
PYTHON ?= python3
UV := .uv/bin/uv
DATA ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check trials clean

help:  ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, found " + sys.version.split()[0] + ": set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"

.venv/.synced: $(UV) pyproject.toml uv.lock
	$(UV) sync --locked --quiet --python $(PYTHON)
	@touch $@

setup: .venv/.synced  ## Make the virtual environment from the lock file, and the console's script and style
	@.venv/bin/python -m tools bundle >/dev/null

demo: setup  ## Serve the sandbox and the server; DATA=folder of CSV files instead of the generated portal
	@exec .venv/bin/hubspot-skill demo $(if $(DATA),--data "$(DATA)")

test: setup  ## Run every check and every test
	.venv/bin/python -m tools check

check: test  ## The same as test

trials: setup  ## Run the trials of reliability; T=R1 for one, FULL=1 at full counts
	.venv/bin/python -m tools trials $(T) $(if $(FULL),--full)

clean:  ## Remove what setup made
	rm -rf .venv .uv
