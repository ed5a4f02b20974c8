# make            lists the targets
# make ask        sets up, builds the index from seeds/, answers the sample question
# make ask Q="…"  answers another one
# make … TORCH=cpu installs the CPU build of torch (for people on the public index, who would else get several GB of CUDA)

PYTHON ?= python3
Q ?= what did NL commit on the Sudan FFM?
TORCH ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
EVAL_INDEX := out/eval-index
EVAL_INGEST = RAG_INDEX_DIR=$(EVAL_INDEX) $(BIN)/rag ingest seeds > /dev/null 2>&1 || RAG_INDEX_DIR=$(EVAL_INDEX) $(BIN)/rag ingest --rebuild seeds > /dev/null
EVAL = RAG_INDEX_DIR=$(EVAL_INDEX) $(BIN)/python -m eval
export Q

.DEFAULT_GOAL := help
.PHONY: help setup ask app test test-browser screenshots eval results baseline check format bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Kamerbron needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing the packages (a few minutes the first time) …"
ifeq ($(TORCH),cpu)
	$(PIP) uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --torch-backend cpu torch==2.13.0
endif
	$(PIP) --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(PIP) --editable ".[dev]"
	@touch $@

setup: $(VENV)/.ready ## Make the environment

ask: $(VENV)/.ready ## Answer a question: make ask Q="…"
	@$(BIN)/rag ask "$$Q"

app: $(VENV)/.ready ## Start the browser app
	@$(BIN)/rag serve

test: $(VENV)/.ready-dev ## Run the tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

# Debian's Chromium, where there is no browser that Playwright can drive.
CHROMIUM_READY = command -v chromium > /dev/null || command -v google-chrome > /dev/null || test -n "$$CHROMIUM" || \
	{ $(if $(filter 0,$(shell id -u)),,sudo) apt-get update -qq && \
	  $(if $(filter 0,$(shell id -u)),,sudo) apt-get install -y -qq --no-install-recommends chromium > /dev/null; }

test-browser: $(VENV)/.ready-dev ## Drive the app in a real browser
	@$(CHROMIUM_READY)
	$(BIN)/python -m pytest -m "browser and not timed" --numprocesses 2 --dist worksteal tests/browser
	$(BIN)/python -m pytest -m "browser and timed" tests/browser

screenshots: $(VENV)/.ready-dev ## Take the README's pictures anew
	@$(CHROMIUM_READY)
	$(BIN)/python tests/browser/screenshots.py

eval: $(VENV)/.ready-dev ## Ask the gold questions and hold the scores against the baseline
	@$(EVAL_INGEST)
	OMP_NUM_THREADS=1 $(EVAL) --at-once $$(getconf _NPROCESSORS_ONLN) --out out/eval.jsonl --report out/eval.md --junit out/eval.xml --html out/eval.html --baseline eval/baseline.json

results: $(VENV)/.ready-dev ## Check that the README's table is what make eval gave
	$(EVAL) rescore out/eval.jsonl --check-readme README.md > /dev/null

baseline: $(VENV)/.ready-dev ## Make today's scores the baseline, in the history and the README too (review the diff)
	@$(EVAL_INGEST)
	$(EVAL) --out out/eval.jsonl --write-baseline eval/baseline.json --write-history eval/history.jsonl --write-readme README.md --html out/eval.html

check: $(VENV)/.ready-dev ## Lint and check the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.ready-dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready-dev ## Measure retrieval at 100,000 passages beside the usual way
	$(BIN)/python -m bench.retrieval

clean: ## Remove the environment, the index and what runs wrote; readers' feedback stays
	rm -rf $(VENV) out .mypy_cache .ruff_cache .hypothesis build *.egg-info
	find vectorstore -mindepth 1 ! -name .gitignore ! -name feedback.jsonl -delete
