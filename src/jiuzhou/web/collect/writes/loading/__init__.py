"""A whole pass of the loop comes into the store; begin at ``load``."""
