PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python -m

.DEFAULT_GOAL := help
.PHONY: help setup demo dev token test test-fast simulate chaos check lint types bench lock clean

help: ## Explain each target
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 12

setup: ## Make .venv, fetch all packages and Kafka's jars; PYTHON=python3.13 picks a Python
	@command -v "$(PYTHON)" > /dev/null || { echo "Leidraad needs python3 (3.11 or newer), and there is no $(PYTHON); name another with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) deploy/dev/bootstrap.py

demo: setup ## Play the pilot and compare with the report; EXIT=1 ends by itself, REPORT=file.json
	@$(RUN) dev.demo $(if $(EXIT),--exit) $(if $(REPORT),--report "$(REPORT)")

dev: setup ## Start PostgreSQL, Kafka, mailbox, token issuer and all services, until Ctrl-C
	@$(RUN) dev.stack

token: setup ## Print a token for the running demo: make token ROLE=desk [ORGANISATION=id] [SUBJECT=id]
	@$(RUN) dev.token --role "$(or $(ROLE),$(error say which role: make token ROLE=desk))" $(if $(ORGANISATION),--organisation $(ORGANISATION)) $(if $(SUBJECT),--subject $(SUBJECT))

test: lint types ## Run all checks and all tests, the system suite too; LONG=1 with larger numbers
	$(if $(LONG),LEIDRAAD_LONG=1) $(RUN) pytest --junitxml=build/junit.xml

test-fast: setup ## Run the tests that need no server and little time
	$(RUN) pytest -m "not system and not slow" --junitxml=build/junit-fast.xml

simulate: setup ## Simulate all services under faults: SEEDS=10000 [FIRST=n] many seeds, SEED=n one again; PLANT=name with a fault
	@PYTHONPATH=tests/checker:tests/simulation $(RUN) simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000) --first $(or $(FIRST),0)) $(if $(PLANT),--plant $(PLANT))

chaos: setup ## Kill the real processes and their servers: SEED=n KILLS=n [RATE=n], or PLAN=file.json; REPORT=file.json EVIDENCE=folder KEEP=1
	@PYTHONPATH=tests/checker:tests/system:tests/chaos $(RUN) chaos $(if $(PLAN),--plan "$(PLAN)") $(if $(SEED),--seed $(SEED)) $(if $(KILLS),--kills $(KILLS)) $(if $(RATE),--rate $(RATE)) $(if $(REPORT),--report "$(REPORT)") $(if $(EVIDENCE),--evidence "$(EVIDENCE)") $(if $(KEEP),--keep)

check: setup ## Judge a folder of evidence by the promises R1 to R8: make check EVIDENCE=build/evidence
	@PYTHONPATH=tests/checker $(RUN) checker "$(or $(EVIDENCE),build/evidence)"

lint: setup ## Check format, style and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: setup ## Check types
	$(RUN) mypy

bench: setup ## Measure append, edge, rebuild and size; EVENTS=1000000 of the log rebuilt, CASES=1000000 of the history, PARTS=size measures this alone, REPORT=file.json writes the figures
	@$(RUN) dev.bench $(if $(PARTS),--parts $(PARTS)) $(if $(EVENTS),--events $(EVENTS)) $(if $(CASES),--cases $(CASES)) $(if $(REPORT),--report "$(REPORT)")

lock: setup ## Resolve the newest packages anew into requirements/*.lock
	$(BIN)/uv --system-certs lock --upgrade --quiet
	$(BIN)/uv export --frozen --quiet --all-packages --all-groups --no-emit-workspace --no-annotate --no-header -o requirements/requirements.lock
	sed -n '/^uv==/,/[^\\]$$/p' requirements/requirements.lock > requirements/bootstrap.lock

clean: ## Remove what set-up, runs and tests left here (the user's cache stays)
	rm -rf .venv .run build .hypothesis .ruff_cache .import_linter_cache
