"""The ways to choose an owner: filters leave those who fit, scorers those who fit best, a picker takes one."""
