"""Territories → how many people, with what target, and with what in stock."""

from jiuzhou.resource.policy import ResourcePolicy
from jiuzhou.resource.sizing import Resources, size

__all__ = ["ResourcePolicy", "Resources", "size"]
