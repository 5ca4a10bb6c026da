"""Reads what departments hand over: files, mappings, verdicts for every row."""
