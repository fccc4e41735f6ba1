"""Who has which customer, by which rule, why, and what can be done about it."""
