"""The place Plan: plans, their territories, what they change, and who decides on them."""
