"""Keeping the record and what executes operations in step: starting, comparing, taking over, reporting."""
