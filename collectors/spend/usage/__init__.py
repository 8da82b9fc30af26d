"""Usage in a warehouse or a folder of Parquet, summed up where it is stored."""
