"""Jiuzhou 九州: sales territory management and customer allocation. Start reading at ``cycle.py``."""

__version__ = "0.1.0"
