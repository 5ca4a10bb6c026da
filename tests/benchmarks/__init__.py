"""Benchmarks: ``make bench``. They measure and print; they assert only that both sides did the same work."""
