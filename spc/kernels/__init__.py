"""Compiled loops over series: numpy and numba only, no labels, no checks."""
