"""Shrinking runs of scenarios."""
