"""What each customer should get next: one action, a few products, and the visits its tier is owed."""

from jiuzhou.serve.advice import Advice, advise
from jiuzhou.serve.policy import ServePolicy

__all__ = ["Advice", "ServePolicy", "advise"]
