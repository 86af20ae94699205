"""Runs the migrations of this service."""

from events.migrate import run

run()
