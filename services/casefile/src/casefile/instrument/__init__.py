"""Instruments: how a client scores, wave after wave."""
