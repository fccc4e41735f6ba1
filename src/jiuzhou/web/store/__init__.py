"""The tables: one app, one migration chain; every row belongs to an organisation."""
