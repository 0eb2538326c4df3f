# make demo: renders configs/boss_fight.yaml and prints the film's path last.   make test: passes every test.
# Both first install what is missing (tools/bootstrap.sh); a second run installs nothing and needs no network.
# make PYTHON=/path/to/python3.12 ... makes .venv with that Python.

PYTHON ?=
export PYTHON

.PHONY: demo test quick schema check-style format bench bench-numerics bench-window soak

demo:
	@sh tools/bootstrap.sh
	@.venv/bin/python render.py boss_fight

test:
	@sh tools/bootstrap.sh --test
	@$(MAKE) --no-print-directory check-style
	@.venv/bin/python -m pytest -n logical --maxprocesses 4 --dist loadfile

# Under 40 s on two cores, while at work: the tests of tests/quick.txt, which reach every part of thalweg/; of each part those that
# find most in least time. No word on the rest: make test says it.
quick:
	@sh tools/bootstrap.sh --test
	@.venv/bin/python -m ruff check --quiet .
	@.venv/bin/python -m pytest -q -n logical --maxprocesses 4 --dist loadfile @tests/quick.txt

# The schema that editors read lists the optimizers, surfaces and scenes that are there, docs/optimizers.md how each optimizer
# moves; a test says when one is behind.
schema:
	@sh tools/bootstrap.sh
	@.venv/bin/python -m thalweg.spec.jsonschema >&2
	@.venv/bin/python -m tools.surfaces_page
	@.venv/bin/python -m thalweg.cli.page >&2

check-style:
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m ruff format --check --quiet . || { echo "not formatted; type: make format" >&2; exit 1; }
	@.venv/bin/python -m mypy

format:
	@.venv/bin/python -m ruff format .

# How fast the race is drawn, beside others: make bench ARGS="--quick", ARGS="--size 1280x720 --size 1920x1080 --write"
bench:
	@sh tools/bootstrap.sh
	@.venv/bin/python -m benchmarks.drawing $(ARGS)

# How fast swarms of balls move, beside torch.optim, optax and scipy: make bench-numerics ARGS="--quick", ARGS="--write"
bench-numerics:
	@sh tools/bootstrap.sh
	@.venv/bin/python -m benchmarks.optimizers $(ARGS)

# How fast the live window plays, and how soon a change is seen: make bench-window ARGS="saddle 1920x1080"
bench-window:
	@sh tools/bootstrap.sh
	@.venv/bin/python -m benchmarks.window $(ARGS)

# Ten minutes of random keys, clicks, sizes and saves on the live window: make soak ARGS="2" for two, ARGS="2 17" with seed 17
soak:
	@sh tools/bootstrap.sh --test
	@.venv/bin/python -m tools.soak $(ARGS)
