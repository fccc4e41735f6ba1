"""Assign: the rules, the decisions made by them, and what people make of those."""
