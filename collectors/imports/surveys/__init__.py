"""Surveys: exports of form tools, cut to counts of answers before they reach the ledger."""
