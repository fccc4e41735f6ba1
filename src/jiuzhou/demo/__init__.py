"""An invented company, so that everything can be tried without anybody's data."""

from jiuzhou.demo.book import AS_OF, CUSTOMERS, SEED, DemoBook, demo_settings, dirty_rows, make_batches, make_book

__all__ = ["AS_OF", "CUSTOMERS", "SEED", "DemoBook", "demo_settings", "dirty_rows", "make_batches", "make_book"]
