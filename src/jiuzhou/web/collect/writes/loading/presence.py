"""Who has each customer according to the Book, one answer for each in the Book's order."""

from __future__ import annotations

from jiuzhou.kernel.book import Book
from jiuzhou.web.collect.writes.loading.columns import values


def present_owners(book: Book) -> list[str | None]:
    """
    Return the owner of each customer: the one its row names, else that of its last open primary spell.

    An owner whom the Book does not know is none.
    """
    customers, spells = book.table("customers"), book.table("ownership")
    known = set(values(book.table("owners"), "owner_id"))
    rows = sorted(
        (since, code, owner)
        for code, owner, role, since, until in zip(
            values(spells, "customer_id"),
            values(spells, "owner_id"),
            values(spells, "role", "primary"),
            values(spells, "valid_from"),
            values(spells, "valid_to"),
            strict=True,
        )
        if role == "primary" and (until is None or until > book.as_of) and owner in known
    )
    open_ones = {code: owner for _, code, owner in rows}
    pairs = zip(values(customers, "customer_id"), values(customers, "owner_id"), strict=True)
    return [owner if owner in known else open_ones.get(code) for code, owner in pairs]
