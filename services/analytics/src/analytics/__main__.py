"""The command line of analytics: see `python -m analytics --help`."""

from analytics.app import compose
from kit.serve import main
from kit.settings import Settings

main("analytics", compose, Settings)
