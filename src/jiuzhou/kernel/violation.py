"""A limit that a result does not keep: "no good answer" as a value."""

from __future__ import annotations

from dataclasses import dataclass

from jiuzhou.kernel.message import Json, Message


@dataclass(frozen=True, slots=True)
class Violation:
    """
    One limit that is not kept, where, and by how much.

    Attributes
    ----------
    code
        What is broken, such as ``out_of_band``; stable, for programs.
    where
        Id of the territory, unit, customer or policy field.
    amount
        By how much, in the limit's own unit; 0 where the limit is yes or no.
    message
        The sentence for people.
    """

    code: str
    where: str
    amount: float
    message: Message

    def to_json(self) -> dict[str, Json]:
        """Return the violation as ``plan.json`` keeps it."""
        return {
            "code": self.code,
            "where": self.where,
            "amount": self.amount,
            "message": self.message.to_json(),
        }
