"""Scores in the web: the scorecard of a customer, and how each of its figures was reckoned."""
