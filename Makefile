# One word each. `make check` is what CI runs.
.PHONY: demo demo-chain test check digests golden tampers bench-community bench-http bench-turns bench-voting bench-chain bench-work peers nodes kill fuzz agreement mutants mutants-quick full constraints contracts clean
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTHON ?= python3
PORT ?= 8000

help:
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

# Uses uv when it is there, and fetches it into the project's own environment when it is not.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "folkmoot needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@if command -v uv >/dev/null; then uv venv --quiet --python $(PYTHON) .venv; else $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet uv; fi

.venv/run: $(BIN)/python pyproject.toml constraints.txt
	@UV=$$(command -v uv || echo $(BIN)/uv); $$UV pip install --quiet --python $(BIN)/python -c constraints.txt -e . && touch $@

.venv/test: $(BIN)/python pyproject.toml constraints.txt
	@UV=$$(command -v uv || echo $(BIN)/uv); $$UV pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[test]' && touch $@ .venv/run

.venv/browser: .venv/test
	@UV=$$(command -v uv || echo $(BIN)/uv); $$UV pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[test,browser]' && touch $@

.venv/chain-demo: .venv/run
	@UV=$$(command -v uv || echo $(BIN)/uv); $$UV pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[chain-demo]' && touch $@

.venv/contracts: .venv/test
	@UV=$$(command -v uv || echo $(BIN)/uv); $$UV pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[test,contracts]' && touch $@

# A real node of a chain, by npm, for tests/nodes; they skip where it is not.
.venv/nodes: $(BIN)/python
	@npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix .venv/nodes @foundry-rs/anvil@1.7.1 && touch $@

demo: .venv/run ## set up, and serve the demo community at 127.0.0.1:8000 (PORT=8001 for another)
	@$(BIN)/folkmoot demo --port $(PORT)

demo-chain: .venv/chain-demo ## set up, and show decisions, claims and anchors on a chain in process, and ten ways to cheat
	@$(BIN)/folkmoot demo --chain

test: .venv/test ## set up, and pass the tests
	@$(BIN)/python -m pytest -n auto -q -rs

check: .venv/test ## what CI runs: format, lint, types, imports, tests
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports && $(MAKE) --no-print-directory test

digests: .venv/test ## write the behaviour digests of every rule
	@$(BIN)/python -m tests.digests

golden: .venv/test ## write the golden log of a new release; one that is there stays
	@$(BIN)/python -m tests.golden_log

tampers: .venv/test ## write the tamper corpus anew, from the tables of forgeries
	@$(BIN)/python -m tests.tampering

bench-community: .venv/test ## ballots a second, beside the machine's own limit
	@$(BIN)/python -m benchmarks.community

bench-turns: .venv/test ## the longest turn of the writer, and wait of a reader, in a community of a million
	@$(BIN)/python -m benchmarks.turns

bench-http: .venv/test ## requests answered a second, beside an empty route
	@$(BIN)/python -m benchmarks.http

bench-chain: .venv/contracts ## signed ballots and claim trees, beside what the libraries beneath them do alone
	@$(BIN)/python -m benchmarks.chain

bench-work: .venv/test ## seconds of counts that come near the limit of work
	@$(BIN)/python -m benchmarks.work

bench-voting: .venv-peers/ready ## ballots counted, beside bare kernels and libraries that count as we do
	@.venv-peers/bin/python -m benchmarks.voting

peers: .venv-peers/ready ## the same winners as libraries that count as we do
	@.venv-peers/bin/python -m pytest -n auto -q -rs tests/peers

# An environment of their own: they ask for older versions of what we use.
.venv-peers/ready: .venv/test
	@UV=$$(command -v uv || echo $(BIN)/uv); $$UV venv --quiet --allow-existing --python $(BIN)/python .venv-peers && $$UV pip install --quiet --python .venv-peers/bin/python -e '.[test]' --group peers && touch $@

nodes: .venv/contracts .venv/nodes ## anchor on a real node: reorganisations, stuck and dropped transactions
	@$(BIN)/python -m pytest -q -rs tests/nodes

kill: .venv/test ## a thousand random kills; what was acknowledged must be in the log
	@$(BIN)/python -m tests.store.kills 1000

fuzz: .venv/test ## ten thousand asks made from the OpenAPI document; none is answered unannounced
	@FOLKMOOT_FUZZ=10000 $(BIN)/python -m pytest -n auto -q tests/api/test_schema.py

agreement: .venv/test ## councils' signatures by the fast library and the reference: every vector, 200 draws, 10,000 spellings
	@FOLKMOOT_AGREEMENT=1 $(BIN)/python -m pytest -q tests/log/test_attest_agreement.py

mutants: .venv/test ## small faults planted in the engine: the tests must notice nine in ten
	@$(BIN)/python -m tests.mutants --sample 600

mutants-quick: .venv/test ## forty of them, of which luck may let a few more live
	@$(BIN)/python -m tests.mutants --sample 600 --only 40 --killed-min 0.8

full: ## everything that is slower than CI: kills, fuzz, mutants, peers, two libraries that must agree, the browser, a chain's node
	@$(MAKE) --no-print-directory .venv/browser .venv/contracts .venv/nodes check peers kill fuzz agreement mutants

constraints: .venv/test ## pin every dependency anew
	@UV=$$(command -v uv || echo $(BIN)/uv); $$UV pip compile --quiet --upgrade --all-extras --no-header --no-annotate --no-emit-index-url --python-version 3.11 pyproject.toml -o constraints.txt

contracts: .venv/contracts ## compile the contracts anew; a test compares what is committed
	@$(BIN)/python -m contracts.artefacts

clean: ## remove what was made here
	@rm -rf .venv .venv-peers demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
