"""The command line of casefile: see `python -m casefile --help`."""

from casefile.app import compose
from kit.serve import main
from kit.settings import Settings

main("casefile", compose, Settings)
