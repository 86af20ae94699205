"""The command line of intake: see `python -m intake --help`."""

from intake.app import compose
from kit.serve import main
from kit.settings import Settings

main("intake", compose, Settings)
