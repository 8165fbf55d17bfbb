"""Benchmarks: what is measured, and the records of what was."""
