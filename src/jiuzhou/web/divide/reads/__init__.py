"""What pages and endpoints are told of plans, as values."""
