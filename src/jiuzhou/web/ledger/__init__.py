"""What was done by whom, in a chain that shows tampering; what others must still be told; what was already answered."""
