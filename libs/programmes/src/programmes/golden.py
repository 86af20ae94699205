"""Golden JSON Schemas of the track steps that the shipped definitions publish."""

from pathlib import Path

from events.contracts import Registry, type_name
from events.contracts.golden import keep
from programmes.loader import load

FOLDER = Path(__file__).parent / "schemas"


def step_types() -> Registry:
    steps = load().track_steps()
    return {type_name("casefile", name): contract for name, contract in steps.items()}


if __name__ == "__main__":
    keep(step_types(), FOLDER)
