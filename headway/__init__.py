"""Headway: what people run."""
