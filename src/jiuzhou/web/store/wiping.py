"""What was deleted is gone from the database's files too, as far as the database lets us."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

from jiuzhou.web.store.models import Facet

_PAGES_AT_ONCE = 500


def forget_words_of_nobody(organisation_id: int) -> int:
    """
    Forget needs and products that lists are narrowed by and that no customer has any more; return how many.

    A word that only the erased person had, now or once, may tell who that was.
    """
    embedded = connection.vendor == "sqlite"
    each = "json_each({}) AS item" if embedded else "jsonb_array_elements_text({}) AS item(value)"
    gone = 0
    for kind, field in (("need", "needs"), ("product", "products")):
        items = each.format(field)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT item.value FROM store_customer, {items} WHERE organisation_id = %s",
                [organisation_id],
            )
            used = {str(value)[:120] for (value,) in cursor.fetchall()}
        rows = Facet.unscoped.filter(organisation=organisation_id, kind=kind)
        unused = [key for key, value in rows.values_list("pk", "value") if value not in used]
        gone += Facet.unscoped.filter(pk__in=unused).delete()[0]
    return gone


def wipe_search(pause: Callable[[], None] = lambda: None) -> None:
    """
    Let the search index on SQLite forget words of customers that it no longer finds.

    Its segments keep deleted words until they are merged. A few pages at a time, so that nobody waits for the lock.
    """
    if connection.vendor != "sqlite":
        return
    pages = -_PAGES_AT_ONCE
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            before = _changes(cursor)
            cursor.execute("INSERT INTO customer_search(customer_search, rank) VALUES ('merge', %s)", [pages])
            if _changes(cursor) - before < 2:
                return
        pages = _PAGES_AT_ONCE
        pause()


def wipe_log() -> bool:
    """
    Empty SQLite's write-ahead log into the database, whose freed pages are overwritten (``secure_delete``).

    Returns
    -------
    bool
        Whether it is empty; not while somebody reads from it. On PostgreSQL the log is the server's.
    """
    # Within a transaction the log still holds it, and whoever began it is not done.
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, _, _ = cursor.fetchone()
    return not busy


def _changes(cursor: object) -> int:
    cursor.execute("SELECT total_changes()")  # type: ignore[attr-defined]
    return int(cursor.fetchone()[0])  # type: ignore[attr-defined]
