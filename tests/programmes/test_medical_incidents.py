"""The shipped programme for medical incidents says what its source says."""

import re
from datetime import date

import pytest

from events.contracts import registry
from programmes import Definition, UnknownProgramme, codes, load
from programmes.loader import SHIPPED

PROGRAMMES = load()
CASE_OPENED = "leidraad.casefile.case-opened.v1"
SOURCE = r"constructed|Annex \d|Table \d\.\d|§\d(\.\d)?( endnote \d)?"
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


def test_every_list_of_terms_is_found_by_its_name(definition: Definition) -> None:
    names = definition.vocabularies.keys()

    assert {
        "team_roles",
        "offer.channels",
        "needs.met_by",
        "persons.roles",
        "appointments.participants",
        "origin.kinds",
    } <= names
    assert not {"criteria", "deadlines", "notifications", "labels"} & names
    assert codes(definition.terms("team_roles")) == {"case-manager", "backup"}
    assert definition.terms("offer.channels") is definition.offer.channels
    with pytest.raises(KeyError):
        definition.terms("offer.colours")


def test_a_client_was_told_of_the_incident_in_some_way_or_not_or_nobody_knows(
    definition: Definition,
) -> None:
    assert codes(definition.terms("origin.disclosures")) == {
        "face-to-face",
        "phone",
        "letter",
        "not-told",
        "unknown",
    }


def test_whom_the_case_manager_deals_with_is_a_person_of_the_case(definition: Definition) -> None:
    assert {"hospital-contact", "other-helper"} <= codes(definition.terms("persons.roles"))
    assert {"hospital-staff", "helper"} <= codes(definition.terms("persons.relations"))


def test_clients_live_in_a_province_abroad_or_nobody_knows_where(definition: Definition) -> None:
    regions = codes(definition.terms("regions"))

    assert {"groningen", "noord-holland", "limburg", "abroad", "unknown"} <= regions
    assert len(regions - {"abroad", "unknown"}) == 12


def test_a_death_and_a_critical_condition_make_a_case_heavy_and_nothing_else_does_by_itself(
    definition: Definition,
) -> None:
    marking = {r.code: (r.marked_by, dict(r.when)) for r in definition.heavy.reasons if r.marked_by}

    assert marking == {
        "client-died": ("leidraad.casefile.client-died.v1", {}),
        "critical-condition": (
            "leidraad.casefile.client-condition-changed.v1",
            {"condition": frozenset({"critical"})},
        ),
    }


def test_three_consents_are_asked_for_and_a_withdrawal_stops_what_it_says(
    definition: Definition,
) -> None:
    consents = {consent.code: consent for consent in definition.consents}

    assert consents.keys() == {"contact-data", "support", "research"}
    assert consents["contact-data"].forms == ("spoken", "written")
    assert consents["support"].stops == ("access", "appointments", "reminders")
    assert [study.consent for study in definition.studies] == ["research"]


def test_support_is_agreed_to_whole_in_part_or_by_the_fields_in_which_it_is_given(
    definition: Definition,
) -> None:
    support = definition.consent("support")

    assert support is not None
    assert codes(support.scopes) == {"whole-service", "part-of-service"} | codes(
        definition.needs.fields
    )


def test_roles_say_what_must_be_known_of_whoever_has_them(definition: Definition) -> None:
    asked = {role.code: role.asks for role in definition.persons.roles if role.asks}

    assert asked == {"client": ("client-type",), "spokesperson": ("mandate",)}
    assert definition.persons.role("neighbour") is None


def test_a_case_has_one_case_manager_and_one_backup_at_a_time(definition: Definition) -> None:
    roles = [definition.team_role(code) for code in ("case-manager", "backup", "boss")]

    assert [role and role.most for role in roles] == [1, 1, None]
    assert definition.stand_in_roles() == {"backup"}


def test_the_instruments_score_nine_domains_and_nine_dimensions_with_a_total(
    definition: Definition,
) -> None:
    marks, bsi, _satisfaction = definition.instruments

    assert (len(marks.scores), len(bsi.scores)) == (9, 10)
    assert [marks.scale.holds(score) for score in (1, 10, 0, 11, 7.5)] == [True, True, *[False] * 3]
    assert [bsi.scale.holds(score) for score in (0.25, 4, 4.01, 0.125)] == [
        True,
        True,
        False,
        False,
    ]


def test_satisfaction_is_marked_by_what_clients_were_interviewed_on(
    definition: Definition,
) -> None:
    satisfaction = definition.instrument("satisfaction")

    assert satisfaction is not None
    assert len(satisfaction.scores) == 10
    assert {score.source for score in satisfaction.scores} == {"Annex 1"}
    assert satisfaction.scale.source == "constructed"


def test_over_which_channel_it_was_is_told_of_contact_with_clients_lawyers_and_hospitals(
    definition: Definition,
) -> None:
    contact = {category.code for category in definition.activities if category.contact}

    assert contact == {"contact", "legal", "hospital"}


def test_a_document_may_go_to_each_party_of_the_investigation_and_the_claim(
    definition: Definition,
) -> None:
    parties = definition.terms("documents.shared_with")

    assert {
        *("hospital", "calamity-committee", "complaints-officer", "inspectorate"),
        *("liability-insurer", "adjuster", "insurers-aid", "unknown"),
    } <= codes(parties)
    assert not codes(parties) & codes(definition.persons.roles)


def test_the_name_of_what_is_offered_puts_nobody_off(definition: Definition) -> None:
    assert definition.offer.avoided_in(definition.offer.name.nl) == []
    assert definition.offer.avoided_in("Hulp voor Slachtoffers") == ["slachtoffer"]


def test_only_what_the_hospital_takes_part_in_itself_is_shown_to_it(
    definition: Definition,
) -> None:
    shown = {track.code for track in definition.tracks for step in track.steps if step.shown}

    assert shown == {"calamity-investigation"}


def test_every_source_is_a_place_in_the_report_or_says_that_there_is_none() -> None:
    text = (SHIPPED / "medical-incidents.yaml").read_text(encoding="utf-8")
    sources = set(re.findall(r"\b(?:source|validFromSource): ([^,}\n]+)", text))

    assert sources
    assert {s for s in sources if not re.fullmatch(SOURCE, s)} == set()


def test_the_judgement_on_an_investigation_says_what_the_inspectorate_asks_of_it(
    definition: Definition,
) -> None:
    judged = definition.step("calamity-investigation", "inspectorate-judged")

    assert judged is not None
    assert {field.code: (field.type, field.source) for field in judged.fields} == dict.fromkeys(
        (
            *("approved", "story-asked-for", "story-in-report"),
            *("aftercare-described", "findings-shared"),
        ),
        ("yes-no", "§2.4"),
    )


def test_whoever_has_no_legal_aid_is_told_with_what_stood_in_the_way(
    definition: Definition,
) -> None:
    checked = definition.step("liability", "cover-checked")
    represented = definition.step("liability", "represented")
    assert checked is not None
    assert represented is not None

    obstacles, funding = checked.field("obstacles"), represented.field("funding")

    assert obstacles is not None
    assert funding is not None
    assert represented.field("obstacles") == obstacles
    assert {term.code for term in obstacles.terms if term.source == "§3.4"} == {
        "no-legal-expenses-insurance",
        "no-free-intake",
        "no-firm-on-subsidised-aid",
    }
    assert {"legal-expenses-insurance", "subsidised-aid", "own-means"} <= codes(funding.terms)


@pytest.mark.parametrize(
    ("track", "step", "outcomes"),
    [
        ("calamity-investigation", "report-finished", {"calamity", "no-calamity"}),
        ("calamity-investigation", "inspectorate-judged", {"calamity", "no-calamity"}),
        ("complaint", "answered", {"relabelled-calamity", "other"}),
        ("disciplinary", "ruling", {"other"}),
        ("application", "decided", {"granted", "rejected"}),
        ("application", "objection-decided", {"granted", "rejected"}),
    ],
)
def test_what_came_of_a_track_is_said_in_the_words_of_the_source_or_not_stated_or_unknown(
    definition: Definition, track: str, step: str, outcomes: set[str]
) -> None:
    found = definition.step(track, step)

    assert found is not None
    assert codes(found.outcomes) == outcomes | {"not-stated", "unknown"}


def test_an_objection_may_follow_a_decision_of_which_nobody_knows_what_it_says(
    definition: Definition,
) -> None:
    filed = definition.step("application", "objection-filed")

    assert filed is not None
    assert [gone.outcomes for gone in filed.after] == [{"rejected", "not-stated", "unknown"}]


def test_on_one_route_whoever_gets_the_referral_makes_the_offer(definition: Definition) -> None:
    forwarding = {r.code for r in definition.offer.routes if definition.offer.forwards(r.code)}

    assert forwarding == {"direct-forwarding"}
    assert not definition.offer.forwards(None)


def test_only_hospitals_offer_and_refer(definition: Definition) -> None:
    assert definition.organisation_kinds() == {"hospital"}
    assert {"self", "victim-support"} <= codes(definition.referral_sources)


def test_clients_are_referred_to_whoever_the_source_names(definition: Definition) -> None:
    assert codes(definition.referral_targets) >= {
        *("general-practitioner", "psychologist", "rehabilitation", "lawyer", "legal-desk"),
        *("care-complaints-desk", "disciplinary-court", "municipality", "benefits-agency"),
        *("social-support-consultant", "employer", "notary", "funeral-director"),
        *("other", "unknown"),
    }


def test_unknown_is_a_reason(definition: Definition) -> None:
    assert "unknown" in codes(definition.offer.accept_reasons)
    assert "unknown" in codes(definition.offer.decline_reasons)
    assert "unknown" in codes(definition.offer.withhold_reasons)
    assert "unknown" in codes(definition.offer.wordings)


def test_a_case_that_opens_sets_a_deadline_that_mails_the_desk(definition: Definition) -> None:
    (deadline,) = definition.deadlines_after(CASE_OPENED)
    (notification,) = definition.notifications_after(DEADLINE_SET, deadline.policy)

    assert deadline.source == "constructed"
    assert notification.recipient_role == "desk"
    assert [definition.deadlines_met_by(met) for met in deadline.met_by] == [(deadline,)]
    assert definition.notifications_after(DEADLINE_SET, "another-policy") == ()


def test_whoever_a_deadline_names_gets_a_mail_about_it(definition: Definition) -> None:
    mailed = {(n.policy, n.recipient_role) for n in definition.notifications}

    named = {
        (deadline.policy, role)
        for deadline in definition.deadlines
        for role in ("owner", "backup")
        if getattr(deadline, role)
    }
    assert named <= mailed
    assert ("settlement-answer", "backup") in named


def test_the_answer_to_a_bid_alone_goes_on_after_closing(definition: Definition) -> None:
    going_on = [d.policy for d in definition.deadlines if d.after_closing]

    assert going_on == ["settlement-answer"]


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
