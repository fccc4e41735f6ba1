"""The index by which customers are found: FTS5 on SQLite, a GIN index over words on PostgreSQL."""

from django.db import migrations

FORWARDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE customer_search USING fts5("
        "words, columnsize=0, tokenize='unicode61 remove_diacritics 0')",
        "CREATE TRIGGER customer_search_forgets AFTER DELETE ON store_customer "
        "BEGIN DELETE FROM customer_search WHERE rowid = old.id; END",
    ),
    # No foreign key: tests empty tables with TRUNCATE, which a key from an unknown table would forbid.
    "postgresql": (
        "CREATE TABLE customer_search (customer_id bigint PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX customer_search_words ON customer_search USING gin (words)",
        "CREATE FUNCTION customer_search_forget() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN DELETE FROM customer_search WHERE customer_id = old.id; RETURN old; END $$",
        "CREATE TRIGGER customer_search_forgets AFTER DELETE ON store_customer "
        "FOR EACH ROW EXECUTE FUNCTION customer_search_forget()",
    ),
}
BACKWARDS = {
    "sqlite": ("DROP TRIGGER customer_search_forgets", "DROP TABLE customer_search"),
    "postgresql": (
        "DROP TRIGGER customer_search_forgets ON store_customer",
        "DROP FUNCTION customer_search_forget()",
        "DROP TABLE customer_search",
    ),
}


def _make(apps, editor):
    for statement in FORWARDS[editor.connection.vendor]:
        editor.execute(statement)


def _unmake(apps, editor):
    for statement in BACKWARDS[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("store", "0001_first")]
    operations = [migrations.RunPython(_make, _unmake)]
