"""Sources of data: how they are set, looked at, and what of a file that came in becomes an import."""
