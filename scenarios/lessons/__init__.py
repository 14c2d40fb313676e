"""Lessons: scenarios with steps to be done by hand, and checks that they were done."""
