"""Lessons: ``evtui learn``."""
