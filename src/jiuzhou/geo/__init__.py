"""Where things are: divisions, coordinates, distances, adjacency."""
