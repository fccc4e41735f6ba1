"""What is read of customers: lists, one customer, its timeline, and what lists may be narrowed by."""
