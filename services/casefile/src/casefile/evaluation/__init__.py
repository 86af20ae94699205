"""Evaluations: the moments at which support is looked back upon with the client."""
