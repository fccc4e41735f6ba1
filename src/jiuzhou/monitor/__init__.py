"""A plan against what happened: indicators, alerts, effect."""

from jiuzhou.monitor.alert import Alert, Severity
from jiuzhou.monitor.policy import MonitorPolicy
from jiuzhou.monitor.watching import Watch, watch

__all__ = ["Alert", "MonitorPolicy", "Severity", "Watch", "watch"]
