"""How good the standing data are: counted for customers in sight, measured for the other tables."""
