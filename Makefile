PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup lock

help: ## Explain each target
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Make .venv, fetch all packages and Kafka's jars (a second run takes no time)
	@$(PYTHON) deploy/dev/bootstrap.py

lock: setup ## Resolve the newest packages anew into requirements/*.lock
	$(BIN)/uv --system-certs lock --upgrade
	$(BIN)/uv export --frozen --quiet --all-packages --all-groups --no-emit-workspace --no-annotate --no-header -o requirements/requirements.lock
	grep -A99 '^uv==' requirements/requirements.lock | sed '/[^\\]$$/q' > requirements/bootstrap.lock
