"""Divide: from units to territories, balanced, in one piece, near their centres, with a proven bound."""

from jiuzhou.divide.policy import DividePolicy
from jiuzhou.divide.solve import solve
from jiuzhou.divide.terrain import Terrain, terrain_of
from jiuzhou.divide.warm import warm

__all__ = ["DividePolicy", "Terrain", "solve", "terrain_of", "warm"]
