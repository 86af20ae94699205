"""Sending a message in a real SMTP conversation, in which the server does what it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import cast

import httpx
import pytest
import stamina
from aiosmtpd.smtp import SMTP, Envelope, Session
from aiosmtplib import SMTPException

from events.memory import MemoryStore
from events.store import AlreadyDone, Appended, Unavailable, Work, WriteSet
from events.testing import METADATA, FixedClock, numbered
from kit.peers import PeerRefused, Peers
from notifications.mail import Mailer
from notifications.message.decider import MESSAGE
from notifications.message.events import MessageFailed, MessageSent
from notifications.message.examples import CASE_ID, MESSAGE_ID, QUEUED
from notifications.message.work import SEND_MESSAGE
from notifications.work.delivery import Delivery
from programmes.loader import Programmes

pytestmark = pytest.mark.system

Tell = Callable[..., Awaitable[None]]
Known = Mapping[str, object]

SEND = Work(
    id=numbered(5),
    kind=SEND_MESSAGE,
    key=CASE_ID,
    data={"message": str(MESSAGE_ID)},
    metadata=METADATA,
)
DESK = {"name": "The desk", "email": "desk@example.org"}
BOTH = {"owner": ["a@b.nl"], "ownerIs": "owner", "backup": ["c@d.nl"]}
TWO_OWNERS = {"owner": ["a@b.nl", "c@d.nl"], "ownerIs": "owner", "backup": []}
OF_OLD = {"owner": ["a@b.nl"], "backup": []}
OF_LATER = {"owner": ["a@b.nl"], "ownerIs": "deputy", "backup": []}
BACKUP_ALONE = {"owner": ["c@d.nl"], "ownerIs": "backup", "backup": ["c@d.nl"]}
NOBODY = {"owner": [], "ownerIs": "owner", "backup": []}
TAKEN = "250 OK"
LOST = "the connection is lost after the text"
"""The server has the mail, and nobody hears of it."""


@dataclass
class Server:
    """Says the next of `recipient` and `text`, or that all is well; keeps what it took.

    It is as slow to take the first text as what happens `meanwhile` is.
    """

    recipient: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    conversations: int = 0
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        self.conversations += 1
        said = self.recipient.pop(0) if self.recipient else TAKEN
        if said == TAKEN:
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await meanwhile()
        said = self.text.pop(0) if self.text else TAKEN
        if said in (TAKEN, LOST):
            content = envelope.original_content or b""
            self.recipients = envelope.rcpt_tos
            self.taken.append(message_from_bytes(content, policy=policy.default))
        if said == LOST:
            cast("asyncio.Transport", server.transport).abort()
        return TAKEN if said == LOST else said


@dataclass(frozen=True)
class Rig:
    """The work item as a worker does it: again and again until it is done."""

    store: MemoryStore
    delivery: Delivery
    server: Server
    send: Work = SEND

    async def work(self, times: int = 1) -> list[Exception]:
        """What went wrong on the way."""
        failures: list[Exception] = []
        for _ in range(times):
            if self.send.id not in self.store.work:
                break
            try:
                with suppress(AlreadyDone):
                    await self.delivery.send(self.send)
            except (SMTPException, OSError, Unavailable, PeerRefused) as failure:
                failures.append(failure)
        return failures

    def events(self) -> list[str]:
        names = [r.type.removeprefix("message.").removesuffix(".v1") for r in self.store.log]
        assert names[0] == "queued"
        return names[1:]

    def end(self) -> int | str | None:
        """How often it may have been repeated, or why it failed."""
        match MESSAGE.codec.decode(self.store.log[-1]).event:
            case MessageSent(repeats=repeats):
                return repeats
            case MessageFailed(reason=reason):
                return reason
            case _:
                return None

    def reached(self) -> str | None:
        """Whom the mail reached that was sent last."""
        event = MESSAGE.codec.decode(self.store.log[-1]).event
        assert isinstance(event, MessageSent)
        return event.reached

    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.server.taken]


@asynccontextmanager
async def listening(server: Server) -> AsyncIterator[int]:
    """A port of the loopback on which the server answers."""
    loop = asyncio.get_running_loop()
    open_ports = await loop.create_server(
        lambda: SMTP(server, hostname="mail.test", loop=loop), "127.0.0.1", 0
    )
    async with open_ports:
        yield open_ports.sockets[0].getsockname()[1]


@pytest.fixture(autouse=True)
def impatience() -> Iterator[None]:
    with stamina.set_testing(testing=True):
        yield


@pytest.fixture
async def rig(
    store: MemoryStore, clock: FixedClock, programmes: Programmes, tell: Tell, tmp_path: Path
) -> AsyncIterator[Rig]:
    await tell(QUEUED)
    await store.append(WriteSet(work=[SEND]))
    server = Server()
    async with listening(server) as port:
        yield Rig(store, delivery(store, clock, programmes, tmp_path, port), server)


def delivery(
    store: MemoryStore, clock: FixedClock, programmes: Programmes, folder: Path, port: int
) -> Delivery:
    mailer = Mailer(f"smtp://127.0.0.1:{port}", "leidraad@fonds.example", clock)
    return Delivery(store, programmes, answering(folder, {}), mailer, clock)


def answering(folder: Path, by_path: Mapping[str, object]) -> Peers:
    """Other services, which tell of the desk where nothing else is at a path."""
    token = folder / "token"
    token.write_text("the service's token")

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=by_path.get(request.url.path, DESK))

    urls = {name: f"http://{name}.test" for name in ("intake", "scheduling")}
    return Peers(urls, token, httpx.AsyncClient(transport=httpx.MockTransport(answer)))


async def test_the_desk_gets_the_mail_and_no_address_is_kept(rig: Rig) -> None:
    assert await rig.work() == []

    [mail] = rig.server.taken
    assert (mail["To"], mail["Subject"]) == (
        "desk@example.org",
        "Nieuwe casus, eerste contact uiterlijk op 2027-02-18",
    )
    assert str(CASE_ID) in mail.get_content()
    assert rig.events() == ["delivery-started", "sent"]
    assert rig.end() == 0
    assert rig.store.work == {}
    assert "desk@example.org" not in repr((rig.store.log, rig.store.answers, rig.store.access))


@pytest.mark.parametrize(
    ("template", "known", "told", "reached"),
    [
        ("settlement-answer-due", BOTH, "a@b.nl", "owner"),
        ("settlement-answer-due", TWO_OWNERS, "a@b.nl, c@d.nl", "owner"),
        ("settlement-answer-due", BACKUP_ALONE, "c@d.nl", "backup"),
        ("settlement-answer-missed", BOTH, "c@d.nl", "backup"),
        ("settlement-answer-missed", TWO_OWNERS, DESK["email"], "desk"),
        ("condition-worsened", NOBODY, DESK["email"], "desk"),
        ("condition-worsened", OF_OLD, "a@b.nl", None),
        ("condition-worsened", OF_LATER, "a@b.nl", None),
    ],
)
async def test_whoever_a_deadline_names_gets_the_mail_and_else_the_desk(
    rig: Rig,
    tell: Tell,
    template: str,
    known: Known,
    told: str,
    reached: str | None,
    tmp_path: Path,
) -> None:
    """Of a scheduling of another version nobody may know whose the addresses were."""
    about = await about_a_deadline(rig, tell, tmp_path, template, known)

    assert await about.work() == []

    [mail] = rig.server.taken
    assert mail["To"] == told
    assert rig.server.recipients == told.split(", ")
    assert about.reached() == reached


@pytest.mark.parametrize(
    ("said", "told", "reached"),
    [
        (["550 nobody"], ["c@d.nl"], "owner"),
        ([TAKEN, "550 nobody"], ["a@b.nl"], "owner"),
        (["450 greylisted"], ["c@d.nl"], "owner"),
        (["550 nobody", "553 nor here"], [DESK["email"]], "desk"),
    ],
)
async def test_a_recipient_that_is_refused_keeps_the_mail_from_nobody_else(
    rig: Rig, tell: Tell, said: list[str], told: list[str], reached: str, tmp_path: Path
) -> None:
    about = await about_a_deadline(rig, tell, tmp_path, "settlement-answer-due", TWO_OWNERS)
    rig.server.recipient = said

    assert await about.work() == []

    assert rig.server.recipients == told
    assert (about.end(), about.reached(), len(rig.server.taken)) == (0, reached, 1)


async def test_while_one_may_be_taken_later_the_desk_is_not_told(
    rig: Rig, tell: Tell, tmp_path: Path
) -> None:
    about = await about_a_deadline(rig, tell, tmp_path, "settlement-answer-due", TWO_OWNERS)
    rig.server.recipient = ["550 nobody", "450 greylisted", "550 nobody"]

    failures = await about.work(times=2)

    assert len(failures) == 1
    assert (rig.server.recipients, about.end()) == (["c@d.nl"], 0)


async def test_a_mail_that_the_desk_is_refused_too_has_failed(
    rig: Rig, tell: Tell, tmp_path: Path
) -> None:
    about = await about_a_deadline(rig, tell, tmp_path, "settlement-answer-due", BOTH)
    rig.server.recipient = ["550 nobody", "554 never"]

    assert await about.work(times=2) == []

    assert (about.end(), rig.server.taken, rig.server.conversations) == ("smtp-554", [], 2)


async def about_a_deadline(rig: Rig, tell: Tell, folder: Path, template: str, known: Known) -> Rig:
    """For another message, where scheduling knows these addresses."""
    notification = rig.delivery.programmes.definitions[0].notification(template)
    assert notification is not None
    path = f"/v1/cases/{CASE_ID}/deadlines/{notification.policy}/recipients"
    delivery = replace(rig.delivery, peers=answering(folder, {path: known}))
    message, role = MESSAGE.beside(CASE_ID, template), notification.recipient_role
    await tell(replace(QUEUED, template=template, recipient_role=role), stream=message)
    send = replace(SEND, id=numbered(6), data={"message": str(message)})
    await rig.store.append(WriteSet(work=[send]))
    return replace(rig, delivery=delivery, send=send)


async def test_a_text_that_is_deferred_is_sent_later_and_is_no_repeat(rig: Rig) -> None:
    rig.server.text = ["451 try again", "452 and again"]

    failures = await rig.work(times=3)

    assert len(failures) == 2
    assert rig.events() == [
        *["delivery-started", "delivery-deferred"] * 2,
        "delivery-started",
        "sent",
    ]
    assert rig.end() == 0
    assert len(rig.ids()) == 1


async def test_a_recipient_that_is_deferred_is_tried_later_and_nothing_began(rig: Rig) -> None:
    rig.server.recipient = ["450 greylisted"]

    failures = await rig.work(times=2)

    assert len(failures) == 1
    assert rig.events() == ["delivery-started", "sent"]


@pytest.mark.parametrize("refused", ["recipient", "text"])
async def test_a_refusal_for_good_fails_the_message_and_ends_the_work(
    rig: Rig, refused: str
) -> None:
    setattr(rig.server, refused, ["554 never"])

    assert await rig.work(times=3) == []

    assert rig.end() == "smtp-554"
    assert (rig.store.work, rig.server.taken, rig.server.conversations) == ({}, [], 1)


async def test_a_delivery_of_unknown_outcome_is_repeated_once_with_the_same_message_id(
    rig: Rig,
) -> None:
    rig.server.text = [LOST]

    failures = await rig.work(times=2)

    assert len(failures) == 1
    assert rig.events() == ["delivery-started", "delivery-started", "sent"]
    assert rig.end() == 1
    assert len(rig.ids()) == 2
    assert len(set(rig.ids())) == 1


async def test_a_third_delivery_is_never_begun(rig: Rig) -> None:
    rig.server.text = [LOST, LOST]

    await rig.work(times=5)

    assert rig.events() == ["delivery-started", "delivery-started", "failed"]
    assert rig.end() == "unknown-outcome"
    assert len(rig.ids()) == 2
    assert rig.store.work == {}


async def test_what_the_server_says_before_the_text_does_not_undo_a_delivery_of_unknown_outcome(
    rig: Rig,
) -> None:
    rig.server.text = [LOST, LOST]
    rig.server.recipient = [TAKEN, "450 greylisted"]

    await rig.work(times=6)

    assert len(rig.ids()) == 2
    assert rig.end() == "unknown-outcome"


@pytest.mark.parametrize("at", ["delivery-started", "sent"])
@pytest.mark.parametrize("written", [False, True])
async def test_a_crash_around_the_text_costs_one_repetition_at_most(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, at: str, *, written: bool
) -> None:
    append = rig.store.append

    async def crash(write: WriteSet) -> Appended:
        if not any(at in draft.type for draft in write.events):
            return await append(write)
        if written:
            await append(write)
        raise Unavailable

    monkeypatch.setattr(rig.store, "append", crash)
    assert len(await rig.work()) == 1
    monkeypatch.setattr(rig.store, "append", append)
    assert await rig.work() == []

    assert rig.end() in (0, 1)
    assert len(rig.ids()) <= int(rig.end() or 0) + 1
    assert len(set(rig.ids())) == 1
    assert rig.store.work == {}


async def test_while_no_server_answers_nothing_begins(rig: Rig) -> None:
    async with listening(Server()) as port:
        pass
    nobody = replace(
        rig.delivery, mailer=Mailer(f"smtp://127.0.0.1:{port}", "a@b", rig.delivery.clock)
    )

    failures = await replace(rig, delivery=nobody).work()

    assert len(failures) == 1
    assert rig.events() == []
    assert rig.store.work == {SEND.id: SEND}


async def test_without_an_address_nothing_begins(rig: Rig, tmp_path: Path) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(404, json={"type": "x:not-found"}))
    client = httpx.AsyncClient(transport=answer)
    peers = Peers({"intake": "http://intake.test"}, tmp_path / "token", client)

    failures = await replace(rig, delivery=replace(rig.delivery, peers=peers)).work()

    assert [type(failure) for failure in failures] == [PeerRefused]
    assert (rig.events(), rig.server.conversations) == ([], 0)


async def test_what_was_sent_already_is_not_sent_again(rig: Rig) -> None:
    await rig.work()
    await rig.store.append(WriteSet(work=[SEND]))

    assert await rig.work() == []

    assert (len(rig.ids()), rig.store.work) == (1, {})


@pytest.mark.parametrize("reply", ["554 never", LOST])
async def test_what_a_server_takes_after_a_rival_delivery_failed_is_told_as_sent(
    rig: Rig, reply: str
) -> None:
    """The lease of the first ended while the server thought about its text."""
    rig.server.text = [reply]
    rig.server.meanwhile = partial(rig.work, 2)

    assert await rig.work() == []

    assert rig.events() == ["delivery-started", "delivery-started", "failed", "sent"]
    assert rig.end() == 1
    assert rig.store.work == {}
