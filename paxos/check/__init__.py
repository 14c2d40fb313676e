"""Checkers: invariants that hold after every event."""
