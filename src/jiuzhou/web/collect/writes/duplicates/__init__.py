"""Customers that are there twice: found, judged, merged, and taken apart again."""
