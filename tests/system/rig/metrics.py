"""What the processes of a service say of themselves to those who run them."""

from prometheus_client.parser import text_string_to_metric_families

from dev.port import LOOPBACK
from rig.world import World


async def metric(world: World, service: str, kind: str, name: str) -> float:
    """The sum over all labels."""
    port = world.stack.metrics[service, kind]
    text = (await world.client.get(f"http://{LOOPBACK}:{port}/metrics")).text
    samples = (s for family in text_string_to_metric_families(text) for s in family.samples)
    return sum(sample.value for sample in samples if sample.name == name)
