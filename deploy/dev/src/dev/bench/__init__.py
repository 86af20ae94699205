"""The benchmark: our append and our edge beside what others do on the same server."""
