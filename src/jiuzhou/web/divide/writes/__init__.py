"""Every change of a plan: its life, its customers, its publication. One function for each named act."""
