# `make demo` shows the agent at work; `make test` checks it. Both first install what is missing (.ci/prepare).
PY = .venv/bin/python
SCREEN = 1280x800

.PHONY: help demo test bench bench-tasks soak clean

help:
	@echo "make demo    run the agent on a virtual desktop: it opens the browser"
	@echo "make test    lint, types and all tests"
	@echo "make bench   how fast it is, beside the ways of the field (BENCH=\"--quick --only step\")"
	@echo "make bench-tasks"
	@echo "             what the offline model makes of tasks on real programs (a quarter of an hour; SEED=N draws them)"
	@echo "make soak    2,000 steps under random faults (half an hour)"
	@echo "make clean   remove .venv and the caches; recordings stay"

demo:
	@.ci/prepare demo
	@echo '== a $(SCREEN) desktop with a launcher; the agent gets its pixels and the task "open the browser"'
	@.venv/bin/agent run "open the browser" --model offline --virtual $(SCREEN) \
	    --launch "$(PY) tests/apps/launcher.py"

test:
	@.ci/prepare test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -n 2 -m "not live and not bench"

bench:
	@.ci/prepare bench
	$(PY) -m tests.bench $(BENCH)

bench-tasks:
	@.ci/prepare tasks
	$(PY) -m tests.bench.tasks $(if $(SEED),--seed $(SEED))

soak:
	@.ci/prepare test
	$(PY) -m tests.bench.soak 2000

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
