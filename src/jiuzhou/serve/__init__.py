"""What each customer should get next: one action, a few products, and the visits its tier is owed."""

from jiuzhou.serve.advice import ACTIONS, RECOMMENDATIONS, VISITS, Advice, advise
from jiuzhou.serve.policy import ServePolicy

__all__ = ["ACTIONS", "RECOMMENDATIONS", "VISITS", "Advice", "ServePolicy", "advise"]
