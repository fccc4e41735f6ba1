"""The day of a person who serves customers: visits and next actions."""
