"""The public verbs against the slow twins, on the odd panels of `tests.panels`, with JIT on and off."""
