"""What is changed by hand: an owner, an appeal and its answer, the rules."""

from jiuzhou.web.assign.writes.reassign import Reassigned, reassign

__all__ = ["Reassigned", "reassign"]
