"""Compiled forecasting methods, one family a file."""
