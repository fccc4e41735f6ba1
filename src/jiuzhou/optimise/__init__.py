"""Solvers several stages need: balanced assignment by prices, and divisions that hang together on a graph."""
