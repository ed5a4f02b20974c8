"""The index on disk: catalogue, lexical index and vectors, complete generations of them."""
