"""Kafka's classes, read and linked once: from then on a broker starts in half the time."""

import asyncio
import tempfile
from pathlib import Path

from dev.failure import NotStarted
from dev.jars import classes, folder
from dev.kafka import kafka
from dev.lock import held


def keep() -> None:
    """What a broker has loaded when it is ready; nothing, where that is kept already."""
    with held(folder() / "classes.lock"):
        if not classes().exists():
            asyncio.run(_keep())


async def _keep() -> None:
    with tempfile.TemporaryDirectory(dir=folder()) as place:
        made = Path(place) / "classes.aot"
        async with kafka(Path(place), [f"-XX:AOTCacheOutput={made}"]):
            pass
        if not made.exists():
            raise NotStarted("Java kept none.")
        made.replace(classes())
