"""Demand to come, region by product by week: smoothed levels, one season shared by all, and how far it was off."""

from jiuzhou.evaluate.forecast.demand import Forecast, forecast_demand
from jiuzhou.evaluate.forecast.predicting import Predicted, predict

__all__ = ["Forecast", "Predicted", "forecast_demand", "predict"]
