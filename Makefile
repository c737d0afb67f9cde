# make demo · make lake · make test · make quick · make athena · make bench · make dashboard · make check · make players · make help

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DASHBOARD_INSTALLED := $(VENV)/.dashboard-installed
BENCH_INSTALLED := $(VENV)/.bench-installed
ATHENA_INSTALLED := $(VENV)/.athena-installed
LIVE_INSTALLED := $(VENV)/.live-installed
LIVE := data/live
DEMO := data/demo
EVENTS ?= 1000000 10000000

export DBT_PROFILES_DIR := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help demo lake now test live-test quick pytest athena check players bench dashboard report dashboard-test dashboard-bench screenshots \
    accuracy lint requirements clean

help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# uv where it is at hand, else venv and pip; again only when the requirements change.
$(INSTALLED): requirements.txt
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	    { echo "Playhead needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …"; exit 1; }
	@echo "Setting up $(VENV) …"
	@if command -v uv >/dev/null 2>&1; then \
	    uv venv --quiet --allow-existing --python "$(PYTHON)" $(VENV) && \
	    VIRTUAL_ENV=$(VENV) uv pip sync --quiet --compile-bytecode --require-hashes requirements.txt; \
	else \
	    "$(PYTHON)" -m venv $(VENV) && \
	    $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt; \
	fi
	@touch $@

# On top of the above: each of these holds all of requirements.txt, at the same versions.
$(DASHBOARD_INSTALLED): requirements-dashboard.txt $(INSTALLED)
$(BENCH_INSTALLED): requirements-bench.txt $(INSTALLED)
$(ATHENA_INSTALLED): requirements-athena.txt $(INSTALLED)
$(LIVE_INSTALLED): requirements-live.txt $(INSTALLED)
$(DASHBOARD_INSTALLED) $(BENCH_INSTALLED) $(ATHENA_INSTALLED) $(LIVE_INSTALLED):
	@echo "Setting up $< …"
	@if command -v uv >/dev/null 2>&1; then \
	    VIRTUAL_ENV=$(VENV) uv pip install --quiet --compile-bytecode --require-hashes -r $<; \
	else \
	    $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<; \
	fi
	@touch $@

$(DEMO)/.generated: scripts/generate_telemetry.py $(wildcard scripts/generator/*.py) seeds/titles.csv \
    | $(INSTALLED)
	@rm -rf $(DEMO)
	$(BIN)/python scripts/generate_telemetry.py --output $(DEMO) --truth
	@touch $@

demo: $(INSTALLED) $(DEMO)/.generated ## Four weeks, a million events: every mart built and tested, published and shown
	$(BIN)/dbt build --full-refresh --vars 'load_lake_anew: true'
	$(BIN)/python scripts/publish_marts.py
	@$(BIN)/python scripts/show_demo.py

lake: $(LIVE_INSTALLED) ## Live: a Kafka broker, viewers, delivery into $(LIVE), a build a minute; Ctrl-C stops (needs Maven and Java 17)
	@$(BIN)/python scripts/run_lake.py --folder $(LIVE) $(OPTIONS)

now: $(DASHBOARD_INSTALLED) ## Who is watching: the page Now of what make lake keeps up to date
	@echo "The page Now: http://127.0.0.1:8501/now"
	PLAYHEAD_DUCKDB_PATH=$(LIVE)/playhead.duckdb $(BIN)/python dashboard

live-test: $(LIVE_INSTALLED) ## The way in, live: a minute of flow through a real broker, kills, and the templates of deploy/
	PLAYHEAD_REQUIRE_LIVE=1 $(BIN)/pytest tests/test_live.py tests/test_live_broker.py tests/test_deploy.py tests/test_mart_tables.py

# Side by side: linters take one processor, and pytest would wait for them.
test: $(INSTALLED) ## Everything that needs no server: lint, types, dbt build with its tests, pytest
	@$(MAKE) --jobs 2 --no-print-directory lint pytest

pytest: $(INSTALLED)
	$(BIN)/pytest -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder

quick: $(INSTALLED) ## What has changed, in a minute: lint, and the unit tests of its models
	@$(BIN)/python scripts/check_changes.py

athena: $(ATHENA_INSTALLED) ## The target athena on Trino and moto, against DuckDB (needs Maven; fetches 0.8 GB once; 2 GB of disk, 5 of memory)
	@$(BIN)/python tests/athena/engine.py
	PLAYHEAD_ATHENA=1 $(BIN)/pytest tests/athena

check: $(INSTALLED) ## Your own events, before you build: make check DATA=path/to/events
	@test -n "$(DATA)" || { echo "Say where your events are: make check DATA=path/to/events"; exit 1; }
	@$(BIN)/python scripts/check_data.py "$(DATA)" $(OPTIONS)

players: $(INSTALLED) ## Known players' rows through their presets: which numbers come out right; OPTIONS=--write into docs/players.md
	@$(BIN)/python scripts/check_players.py $(OPTIONS)

bench: $(BENCH_INSTALLED) ## What it costs, into benchmarks/results.md; Java 17; also: make bench EVENTS=100000000 (40 GB of disk)
	$(BIN)/python benchmarks/run.py $(EVENTS) $(OPTIONS)

dashboard: $(DASHBOARD_INSTALLED) ## The published marts in a browser, on this machine only (after make demo)
	$(BIN)/python dashboard

report: $(INSTALLED) ## The last seven days on two pages, into build/report.html: for a mail, or on a schedule (after make demo)
	$(BIN)/python dashboard/report.py $(OPTIONS)

dashboard-test: $(DASHBOARD_INSTALLED) ## Every page of the dashboard, also in Chromium (apt-get install -y chromium)
	PLAYHEAD_REQUIRE_BROWSER=1 $(BIN)/pytest tests/test_dashboard.py tests/test_dashboard_browser.py

dashboard-bench: $(DASHBOARD_INSTALLED) ## Wait in Chromium for the demo (3 s), and for each page on ten million rows (2 s; after make demo; 3 GB of disk)
	$(BIN)/python scripts/measure_dashboard.py

screenshots: $(DASHBOARD_INSTALLED) ## The pictures in docs/images, of the demo, with Chromium (after make demo)
	$(BIN)/python scripts/take_screenshots.py

accuracy: $(INSTALLED) ## Measure every fault against the generator's truth, and write docs/accuracy.md
	$(BIN)/python scripts/report_accuracy.py

lint: $(INSTALLED) ## ruff, mypy and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PLAYHEAD_DUCKDB_PATH=:memory: $(BIN)/sqlfluff lint models tests analyses

PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
    --no-annotate --no-header --extra dev

requirements: $(INSTALLED) ## Pin the requirements files anew from pyproject.toml (needs uv)
	$(PIN) --output-file requirements.txt pyproject.toml
	$(PIN) --extra dashboard --extra browser --constraint requirements.txt \
	    --output-file requirements-dashboard.txt pyproject.toml
	$(PIN) --extra bench --constraint requirements.txt \
	    --output-file requirements-bench.txt pyproject.toml
	$(PIN) --extra athena --constraint requirements.txt \
	    --output-file requirements-athena.txt pyproject.toml
	$(PIN) --extra live --constraint requirements.txt \
	    --output-file requirements-live.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-annotate --no-header \
	    --constraint requirements-live.txt --output-file deploy/requirements-producer.txt deploy/producer.in

clean: ## Remove what was made, but not .venv
	rm -rf target logs build $(DEMO) playhead.duckdb playhead_marts.duckdb
