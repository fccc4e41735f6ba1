"""What is read of rules and decisions; ``why`` is what every page asks that shows an owner."""

from jiuzhou.web.assign.reads.reasons import Why, why

__all__ = ["Why", "why"]
