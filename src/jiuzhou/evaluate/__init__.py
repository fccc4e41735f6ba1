"""Book → scores of every customer, region, owner and product, as versioned metrics over Ibis expressions."""

from jiuzhou.evaluate.metric import Metric
from jiuzhou.evaluate.metrics import METRICS
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.score import score

__all__ = ["METRICS", "EvaluatePolicy", "Metric", "score"]
