"""What needs attention, and the figures behind it."""
