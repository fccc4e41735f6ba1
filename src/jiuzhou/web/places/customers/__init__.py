"""The customers: list, search, one customer with its scorecard and timeline."""
