# make chat: the web chat. make test: the quick tests. Both set up .venv first, and do so only once.
# make vectors: needed after a bundled text has changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: chat test test-all check eval bench vectors clean

chat: $(READY)
	@$(BIN)/quliu chat

test: $(READY)
	$(BIN)/python -m pytest

test-all: $(READY)
	$(BIN)/python -m pytest -m "slow or not slow"

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy knowledge bot prompts evals

eval: $(READY)
	$(BIN)/quliu eval --gate evals/gates.toml

bench: $(READY)
	$(BIN)/python -m evals.bench

vectors: $(READY)
	$(BIN)/python -m evals.vectors

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "quliu needs Python 3.11 or later; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip==26.3
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[judge,use]' --group dev
	@touch $@

clean:
	rm -rf $(VENV)
