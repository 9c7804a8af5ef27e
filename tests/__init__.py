"""The tests, as a package, so that `tests.reference` and `tests.house` can be imported by name."""
