"""Figures over HTTP: what is counted in a view, and what a reader needs to judge the number."""
