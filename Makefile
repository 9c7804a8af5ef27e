# Each command makes its own environment in .venv; all the work is in run.py, so that
# `python run.py report` does the same where there is no make.

# The machine's own python3 comes first: it is the one whose pip and venv are likeliest to be there.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$python; exit; fi; done; echo python3)

.PHONY: help report test test-all bench
help:
	@echo "make report    the July 2024 scorecard from embedded data, in out/"
	@echo "make test      lint, types and tests (ten minutes at most)"
	@echo "make test-all  the same with the long runs and bounds checks"
	@echo "make bench     the benchmarks"

report test test-all bench:
	@$(PYTHON) run.py $@
