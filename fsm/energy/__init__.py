"""Batteries and the sharing of power."""
