"""Models that settings name: embeddings, cross-encoders, a language model and one exchange with it."""
