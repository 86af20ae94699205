"""What others may know of casefile's log: for each event a registered contract, or nothing."""

from dataclasses import replace

import orjson
import pytest

from casefile.backup import examples as backup
from casefile.case import examples as case
from casefile.codec import CODEC
from casefile.consent import examples as consent
from casefile.document import examples as document
from casefile.evaluation import examples as evaluation
from casefile.handover import examples as handover
from casefile.instrument import examples as instrument
from casefile.journal import examples as journal
from casefile.needs import examples as needs
from casefile.origin import examples as origin
from casefile.persons import examples as persons
from casefile.plan import examples as plan
from casefile.publish import KEPT, publisher
from casefile.track import examples as track
from events import testing
from events.contracts import casefile as contracts
from events.contracts import registry, type_name
from events.store import Json, Recorded
from events.testing import METADATA, examples
from programmes.loader import Programmes
from programmes.track import Value

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
EXAMPLES = examples(
    CODEC,
    case,
    handover,
    backup,
    origin,
    persons,
    consent,
    needs,
    plan,
    journal,
    instrument,
    evaluation,
    document,
    track,
)


def stored(event: object) -> Recorded[Json]:
    return testing.stored(CODEC, event, UNDER_PROGRAMME)


def test_there_is_an_example_of_every_stored_event() -> None:
    assert {stored(event).type for event in EXAMPLES} == CODEC.names.keys()


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_every_stored_event_is_published_under_a_registered_contract_or_not_at_all(
    programmes: Programmes, event: object
) -> None:
    published = publisher(programmes)(stored(event))

    if published is None:
        assert type(event) in KEPT
    else:
        name, contract = published
        found = registry(programmes.track_steps())[type_name("casefile", name)]
        assert found is type(contract)


def test_every_contract_of_casefile_is_published_by_some_event(programmes: Programmes) -> None:
    publish = publisher(programmes)

    names = {published[0] for event in EXAMPLES if (published := publish(stored(event)))}

    assert names - programmes.track_steps().keys() == contracts.CONTRACTS.keys()


def test_every_step_of_every_track_goes_out_under_the_name_that_the_programme_gives_it(
    programmes: Programmes,
) -> None:
    publish = publisher(programmes)
    definition = programmes.version("medical-incidents", 1)

    for defined in definition.tracks:
        for step in defined.steps:
            taken = replace(track.CLAIM_FILED, track=defined.code, step=step.code)
            name, made = publish(stored(taken)) or pytest.fail(step.code)
            assert name == step.publishes
            assert isinstance(made, contracts.TrackStepRecorded)
            assert (made.track, made.step, made.outcome) == (defined.code, step.code, None)


def test_a_step_goes_out_with_what_it_says_but_for_what_stays_in_the_file(
    programmes: Programmes,
) -> None:
    publish = publisher(programmes)
    bid: dict[str, Value] = {"amount": 4000, "respond-by": "2027-03-20"}
    offered = replace(track.CLAIM_FILED, step="settlement-offered", data=bid)
    listed = replace(track.CLAIM_FILED, step="damages-listed", data={"own-estimate": 70000})

    said = [(publish(stored(step)) or pytest.fail(step.step))[1] for step in (offered, listed)]

    assert [orjson.loads(each.model_dump_json(by_alias=True))["data"] for each in said] == [
        {"amount": 4000, "respondBy": "2027-03-20", "final": None},
        {},
    ]


def test_the_events_that_the_outside_world_relies_on_have_their_names(
    programmes: Programmes,
) -> None:
    publish = publisher(programmes)

    relied_on = (track.INVESTIGATION_STARTED, track.CLAIM_FILED, case.CLOSED)
    names = [published[0] for event in relied_on if (published := publish(stored(event)))]

    assert names == ["calamity-investigation-started", "liability-claim-filed", "case-closed"]


def test_a_step_that_the_programme_does_not_define_is_kept_to_itself(
    programmes: Programmes,
) -> None:
    taken = replace(track.CLAIM_FILED, step="unheard-of")

    assert publisher(programmes)(stored(taken)) is None


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_a_stored_event_is_read_as_it_was_written(event: object) -> None:
    assert CODEC.decode(stored(event)).event == event
