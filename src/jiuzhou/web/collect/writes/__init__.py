"""What brings companies' data into the store, and what people change about a customer."""

from jiuzhou.web.collect.writes.loading.demo import load_demo
from jiuzhou.web.collect.writes.loading.load import PARTS, load_cycle

__all__ = ["PARTS", "load_cycle", "load_demo"]
