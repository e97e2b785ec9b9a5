"""Benchmarks: what Manoflow costs beside what it stands on. How to run them is in README.md."""
