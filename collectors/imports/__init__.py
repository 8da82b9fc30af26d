"""What other tools export, as rows of the ledger: one module per tool, and one for each thing they share.

``files`` reads a file of a user's, ``inbox`` takes it in, and ``repository.read_experiments`` reads a file that a
repository holds.
"""
