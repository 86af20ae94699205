"""The shipped programme for medical incidents says what its source says."""

from datetime import date

import pytest

from events.contracts import registry
from programmes import Definition, UnknownProgramme, codes, load

PROGRAMMES = load()
CASE_OPENED = "leidraad.casefile.case-opened.v1"
DEADLINE_SET = "leidraad.scheduling.deadline-set.v1"


@pytest.fixture
def definition() -> Definition:
    return PROGRAMMES.current("medical-incidents", date(2019, 6, 1))


def test_the_steps_that_the_outside_world_relies_on_have_their_names(
    definition: Definition,
) -> None:
    started = definition.step("calamity-investigation", "started")
    filed = definition.step("liability", "claim-filed")

    assert started is not None
    assert started.publishes == "calamity-investigation-started"
    assert filed is not None
    assert filed.publishes == "liability-claim-filed"
    assert "leidraad.casefile.liability-claim-filed.v1" in registry(PROGRAMMES.track_steps())


def test_a_track_and_a_step_that_are_not_declared_are_not_found(definition: Definition) -> None:
    assert definition.step("liability", "started") is None
    assert definition.step("investigation", "started") is None


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2016, 5, 1), 1),
        (date(2018, 12, 31), 1),
        (date(2019, 1, 1), 2),
        (date(2020, 12, 1), 2),
    ],
)
def test_the_criteria_in_force_depend_on_the_day(
    definition: Definition, day: date, version: int
) -> None:
    assert definition.criteria_on(day).version == version


def test_the_second_criteria_also_admit_a_possible_calamity_with_complex_consequences(
    definition: Definition,
) -> None:
    outcomes = {
        "participating-hospital": "yes",
        "calamity": "unknown",
        "reported-to-inspectorate": "no",
        "possible-calamity": "yes",
        "complex-consequences": "yes",
    }

    assert definition.criteria_on(date(2019, 6, 1)).accepts(outcomes)
    assert not definition.criteria_on(date(2018, 9, 1)).accepts(outcomes)


@pytest.mark.parametrize("outcome", ["no", "unknown"])
def test_a_criterion_that_is_not_known_to_be_met_is_not_met(
    definition: Definition, outcome: str
) -> None:
    criteria = definition.criteria_on(date(2018, 9, 1))
    met = dict.fromkeys(codes(criteria.criteria), "yes")

    assert criteria.accepts(met)
    assert not criteria.accepts(met | {"calamity": outcome})


def test_only_hospitals_offer_and_refer(definition: Definition) -> None:
    assert definition.organisation_kinds() == {"hospital"}
    assert {"self", "victim-support"} <= codes(definition.referral_sources)


def test_unknown_is_a_reason(definition: Definition) -> None:
    assert "unknown" in codes(definition.offer.accept_reasons)
    assert "unknown" in codes(definition.offer.decline_reasons)
    assert "unknown" in codes(definition.offer.withhold_reasons)


def test_a_case_that_opens_sets_a_deadline_that_mails_the_desk(definition: Definition) -> None:
    (deadline,) = definition.deadlines_after(CASE_OPENED)
    (notification,) = definition.notifications_after(DEADLINE_SET, deadline.policy)

    assert deadline.source == "constructed"
    assert notification.recipient_role == "desk"
    assert definition.deadlines_met_by(deadline.met_by) == (deadline,)
    assert definition.notifications_after(DEADLINE_SET, "another-policy") == ()


def test_the_mail_is_filled_in_the_language_asked_for(definition: Definition) -> None:
    notification = definition.notification("first-contact-due")
    assert notification is not None
    values = {"caseId": "0190", "programme": "medical-incidents", "dueOn": "2019-06-04"}

    dutch, french = notification.mail("nl").filled(values), notification.mail("fr").filled(values)

    assert dutch.subject == "Nieuwe casus, eerste contact uiterlijk op 2019-06-04"
    assert "0190" in dutch.text
    assert french.subject == "New case, first contact by 2019-06-04"


def test_a_programme_is_in_force_from_its_first_day(definition: Definition) -> None:
    assert PROGRAMMES.current(definition.code, definition.valid_from) == definition
    assert PROGRAMMES.version(definition.code, definition.version) == definition
    with pytest.raises(UnknownProgramme):
        PROGRAMMES.current(definition.code, date(2018, 6, 30))


def test_what_is_not_defined_is_refused() -> None:
    with pytest.raises(UnknownProgramme):
        PROGRAMMES.current("brain-injury", date(2019, 6, 1))
    with pytest.raises(UnknownProgramme):
        PROGRAMMES.version("medical-incidents", 9)
