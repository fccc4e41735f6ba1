"""The nouns every stage shares. Nothing here reads a file, a clock or a network."""
