"""Imports: what files seem to be, what is wrong with their rows, and how an import stands."""
