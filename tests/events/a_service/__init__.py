"""A service that has a log and nothing else."""
