"""Collect in the web: whole cycles and, later, single files come into the store."""
