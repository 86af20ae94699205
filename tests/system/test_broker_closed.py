"""The streams are closed by the network alone: the broker asks for no token and takes none."""

import asyncio
from collections.abc import Mapping

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError

from events.envelope import topic_of
from rig.caller import Caller
from rig.story import Story
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

OTHER_ADDRESS = "127.0.0.2"
"""Of this machine too, but answered only by what listens on all of its addresses."""


class Bearer(AbstractTokenProvider):  # type: ignore[misc]
    """Shows the broker the token that HTTP takes."""

    def __init__(self, caller: Caller) -> None:
        self._token = caller.headers["authorization"].removeprefix("Bearer ")

    async def token(self) -> str:
        return self._token

    def extensions(self) -> Mapping[str, str]:
        return {}


async def test_the_broker_of_one_machine_listens_on_one_loopback_address(world: World) -> None:
    host, _, port = world.stack.servers.kafka.rpartition(":")

    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()

    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(OTHER_ADDRESS, int(port))


async def test_a_hospitals_token_opens_nothing_at_the_broker(world: World) -> None:
    """Nor does the desk's: what is in the topics is not told apart by who asks."""
    story = await Story.of(world)
    await story.identify()
    assert story.hospital is not None

    for caller in (story.hospital, story.desk):
        assert (await caller.ask("intake", story.candidate)).is_success
        consumer = AIOKafkaConsumer(
            topic_of("intake"),
            bootstrap_servers=world.stack.servers.kafka,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="OAUTHBEARER",
            sasl_oauth_token_provider=Bearer(caller),
        )
        with pytest.raises(KafkaError):
            await consumer.start()
        await consumer.stop()
