"""The command line of scheduling: see `python -m scheduling --help`."""

from kit.serve import main
from kit.settings import Settings
from scheduling.app import compose

main("scheduling", compose, Settings)
