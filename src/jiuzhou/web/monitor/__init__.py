"""Indicators and alerts as the screens show them."""
