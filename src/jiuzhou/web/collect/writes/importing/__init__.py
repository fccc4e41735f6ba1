"""Imports: files kept, looked at, checked, written, and undone; nothing of a company's data changes until the last."""
