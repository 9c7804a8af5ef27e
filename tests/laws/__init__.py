"""Laws that every verb keeps, one to a file, over the table of verbs in `tests.laws.verbs`."""
