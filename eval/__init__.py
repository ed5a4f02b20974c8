"""Asks every question of a gold file and scores the answers: `python -m eval`."""
