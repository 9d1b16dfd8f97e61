# The two commands: `make demo` and `make test`. Both build .venv from nothing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
SHARED ?= ../shared
ROOMS := harness tasks metrics model_adapters leaderboards

.PHONY: demo test check slow format clean

demo: $(VENV)/installed
	$(BIN)/medgauge demo --out demo

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow" --shared=$(SHARED)

check: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

slow: $(VENV)/installed-test
	$(BIN)/python -m pytest -n $(WORKERS) -m slow --shared=$(SHARED)

format: $(VENV)/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) demo build dist

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("MedGauge needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/installed-test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@ $(VENV)/installed
