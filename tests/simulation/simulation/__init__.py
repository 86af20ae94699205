"""Several services in one process, in virtual time, under faults that a seed decides."""
