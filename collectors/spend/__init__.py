"""Spend on AI."""
