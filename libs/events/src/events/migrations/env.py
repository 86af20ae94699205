"""Runs the migrations of a service."""

from events.migrate import run

run()
