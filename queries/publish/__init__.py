"""Publishing: ledger to snapshot."""
