"""Metric catalogue."""
