"""A progress bar: one line that is overwritten on a terminal, a line now and then in a log."""

import sys
from collections.abc import Callable

WIDTH = 30


def bar(what: str) -> Callable[[int, int], None]:
    """A function to be told how many of how many are done."""
    terminal = sys.stdout.isatty()

    def show(done: int, total: int) -> None:
        if terminal:
            filled = WIDTH * done // total
            line = "#" * filled + "." * (WIDTH - filled)
            end = "\n" if done == total else ""
            print(f"\r\033[K{what} [{line}] {done}/{total}", end=end, flush=True)
        elif done == total or done % max(total // 5, 1) == 0:
            print(f"{what}: {done}/{total}", flush=True)

    return show
