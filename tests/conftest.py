"""How hypothesis looks for examples; warnings, markers and doctests are set in pyproject.toml."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The first example compiles kernels for seconds, so time says nothing about an example.
# The same examples at every run: a red suite is red for whoever runs it next. `long` tests draw anew.
settings.register_profile(
    "spc", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("spc")
