"""Imports: files that other tools exported, as rows of the ledger.

``inbox`` keeps the files, ``reader`` and ``spend.reader`` read one, ``tools`` has the formats.
"""
