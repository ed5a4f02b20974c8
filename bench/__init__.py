"""Benchmarks that anyone can run; they are no part of the package."""
