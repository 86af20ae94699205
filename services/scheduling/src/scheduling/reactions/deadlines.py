"""What happens, in whatever service, sets and meets the deadlines that its programme defines."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from events.commands import History
from events.consumer import Ask, Reaction
from events.contracts import told_first, with_corrections
from events.contracts.casefile import TrackStepRecorded
from events.contracts.contract import Contract
from events.contracts.intake import OriginAssessed
from events.occurrence import civil_day
from events.store import Json, Recorded
from programmes.deadline import Deadline
from programmes.loader import Programmes
from programmes.trigger import field_of, says
from scheduling.deadline.decider import DEADLINE, CorrectMeeting, MeetDeadline, SetDeadline
from scheduling.deadline.events import MET, SET
from scheduling.silence import grounds, is_silent

GROUP = "scheduling.deadlines"
SOURCES = ("casefile", "intake")


def reactions(programmes: Programmes) -> Mapping[str, Reaction]:
    """One per published type that starts or meets a deadline of any programme."""

    def react(message: Recorded[Contract]) -> list[Ask]:
        definition, type_ = programmes.of([message]), told_first(message.type)
        started = (_start(message, policy) for policy in definition.deadlines_after(type_))
        return [
            *(ask for ask in started if ask),
            *(_meet(message, policy) for policy in definition.deadlines_met_by(type_)),
        ]

    policies = [policy for d in programmes.definitions for policy in d.deadlines]
    types = {t for policy in policies for t in (policy.triggered_by, *policy.met_by)}
    return dict.fromkeys(with_corrections(types), react)


def _start(message: Recorded[Contract], policy: Deadline) -> Ask | None:
    """An event that says otherwise than what sets the deadline takes its reason away."""
    if not says(message.event, policy.when):
        return _end(message, policy)
    due_on, stream = _due(message, policy), _stream(message, policy)
    if due_on is None and message.corrects is None:
        return None

    def command(history: History) -> SetDeadline:
        taken = _taken_away(message, history, stream)
        return SetDeadline(
            policy=policy.policy,
            policy_version=policy.version,
            due_on=due_on,
            known_at=message.recorded_at,
            corrects=taken or _corrects_cause(message, history, stream),
            resumes=taken is not None,
            first_counts=policy.first_counts,
            stopped=is_silent(policy, history, message.key),
            organisation=_organisation(message),
            occurred=message.occurred,
        )

    return Ask(DEADLINE, stream, command, looks_at=grounds(message.key))


def _corrects_cause(message: Recorded[Contract], history: History, stream: UUID) -> UUID | None:
    """What set the deadline last, where this puts its cause right and no other set it since."""
    told: dict[UUID | None, Recorded[Json]] = {
        r.id: r for r in history if r.stream == stream and r.type == SET
    }
    last = each = _last(history, stream, SET)
    while each and each.metadata.causation_id != message.corrects:
        each = told.get(each.corrects)
    return last.id if last and each else None


def _taken_away(message: Recorded[Contract], history: History, stream: UUID) -> UUID | None:
    """What took the cause away and is put right by this; nothing came after it."""
    last = _last(history, stream, SET, MET)
    if message.corrects is None or last is None or last.type != MET:
        return None
    return last.id if last.metadata.causation_id == message.corrects else None


def _due(message: Recorded[Contract], policy: Deadline) -> date | None:
    """None where the event does not say the day that it was to say."""
    if policy.days is not None:
        began = message.occurred.at or message.recorded_at
        return civil_day(began) + timedelta(days=policy.days)
    said = message.event.data if isinstance(message.event, TrackStepRecorded) else message.event
    day = getattr(said, field_of(policy.due_on)) if policy.due_on else None
    return day if isinstance(day, date) else None


def _organisation(message: Recorded[Contract]) -> UUID | None:
    """Who found a candidate is to offer; all else is for the case team and the desk."""
    return message.event.organisation if isinstance(message.event, OriginAssessed) else None


def _end(message: Recorded[Contract], policy: Deadline) -> Ask:
    """A cause that is put right is gone whenever it had happened."""
    stream = _stream(message, policy)

    def command(history: History) -> MeetDeadline | CorrectMeeting:
        if _taken_away(message, history, stream):
            return _correcting(message, history, stream, also_before=True)
        corrects = _corrects_cause(message, history, stream)
        return MeetDeadline(also_before=corrects is not None, occurred=message.occurred)

    return Ask(DEADLINE, stream, command)


def _meet(message: Recorded[Contract], policy: Deadline) -> Ask:
    """An offer that was made before its cause is told of late: nobody is to offer any more."""
    stream = _stream(message, policy)
    if message.corrects is None:
        meet = MeetDeadline(also_before=policy.first_counts, occurred=message.occurred)
        return Ask(DEADLINE, stream, meet)

    def command(history: History) -> CorrectMeeting:
        return _correcting(message, history, stream, also_before=policy.first_counts)

    return Ask(DEADLINE, stream, command)


def _correcting(
    message: Recorded[Contract], history: History, stream: UUID, *, also_before: bool
) -> CorrectMeeting:
    met, set_by = (_last(history, stream, type_) for type_ in (MET, SET))
    by_this = met and met.metadata.causation_id == message.corrects
    return CorrectMeeting(
        met=met.id if met and by_this else None,
        set_by=set_by.id if set_by else None,
        also_before=also_before,
        occurred=message.occurred,
    )


def _last(history: History, stream: UUID, *types: str) -> Recorded[Json] | None:
    return next((r for r in reversed(history) if r.stream == stream and r.type in types), None)


def _stream(message: Recorded[Contract], policy: Deadline) -> UUID:
    """A track has deadlines of its own, since there may be several of its kind on a case."""
    on_track = isinstance(message.event, TrackStepRecorded)
    return DEADLINE.beside(message.stream if on_track else message.key, policy.policy)
