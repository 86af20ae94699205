"""Guards are removed from a copy of the source, to see whether the tests of it notice."""
