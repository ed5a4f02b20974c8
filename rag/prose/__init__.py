"""Answers in prose by a language model, and what each of its statements is held against."""
