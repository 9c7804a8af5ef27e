"""Rows that several kernels call: an edit of one recompiles every kernel whose file imports from here."""
