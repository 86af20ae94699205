"""Writes the evidence of the running system as files, for a checker of any kind to judge."""

import shutil
from pathlib import Path

from checker.dump import write
from checker.evidence import Evidence
from rig.evidence import gather
from rig.world import World


async def dump(world: World, folder: Path) -> None:
    """All that happened since the world began; `python -m checker FOLDER` judges it."""
    keep(await gather(world, world.ledger.exchanges, world.seen), world, folder)


def keep(evidence: Evidence, world: World, folder: Path) -> None:
    """In place of what was there, with the definitions that the services had."""
    shutil.rmtree(folder, ignore_errors=True)
    write(evidence, folder)
    definitions = world.stack.settings["LEIDRAAD_PROGRAMMES"]
    shutil.copytree(definitions, folder / "programmes")
