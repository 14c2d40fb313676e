"""Benchmarks and makers of documents; not installed."""
