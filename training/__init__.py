"""Trains the sentence encoder; nothing of the product imports it."""
