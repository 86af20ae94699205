"""A definition with a mistake is refused at the start, and every mistake is named."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from programmes import InvalidDefinitions, load
from programmes.loader import SHIPPED

Document = dict[str, Any]
Edit = Callable[[Document], object]


@pytest.fixture
def document() -> Document:
    text = (SHIPPED / "medical-incidents.yaml").read_text(encoding="utf-8")
    found: Document = yaml.load(text, yaml.CSafeLoader)
    return found


def _write(folder: Path, document: Document, name: str = "programme.yaml") -> None:
    text = yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True)
    (folder / name).write_text(text, encoding="utf-8")


def _mistakes(folder: Path) -> str:
    with pytest.raises(InvalidDefinitions) as caught:
        load(folder)
    return "\n".join(caught.value.mistakes)


def test_a_folder_takes_the_place_of_the_shipped_definitions(
    tmp_path: Path, document: Document
) -> None:
    _write(tmp_path, document | {"code": "another-programme"})

    assert load(tmp_path).codes() == {"another-programme"}


def test_a_later_version_takes_over_on_its_first_day(tmp_path: Path, document: Document) -> None:
    _write(tmp_path, document)
    _write(tmp_path, document | {"version": 2, "validFrom": date(2021, 1, 1)}, "second.yaml")
    programmes = load(tmp_path)

    assert programmes.current("medical-incidents", date(2020, 12, 31)).version == 1
    assert programmes.current("medical-incidents", date(2021, 1, 1)).version == 2
    judging = [programmes.judging("medical-incidents", date(year, 6, 1)) for year in (2017, 2021)]
    assert [definition.version for definition in judging] == [1, 2]


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (lambda d: d.update(timeZone="Europe/London"), "timeZone: Europe/London does not keep"),
        (lambda d: d.update(timeZone="Nowhere/City"), "timeZone: 'Nowhere/City' is no time zone"),
        (lambda d: d.update(colour="red"), "colour: Extra inputs are not permitted"),
        (lambda d: d.pop("closingChecklist"), "closingChecklist: Field required"),
        (lambda d: d.update(version=True), "version: Input should be a valid integer"),
        (lambda d: d.update(closingReasons=[]), "closingReasons: names nothing"),
        (lambda d: d["offer"]["declineReasons"].pop(), "offer.declineReasons: lacks `unknown`"),
        (
            lambda d: d["teamRoles"][0].update(code="Case Manager"),
            "teamRoles.0.code: String should match pattern",
        ),
        (
            lambda d: d["teamRoles"].append(d["teamRoles"][0]),
            "teamRoles: code case-manager is given 2 times",
        ),
        (
            lambda d: d["criteria"].append(d["criteria"][0]),
            "criteria: version 1 is given 2 times",
        ),
        (
            lambda d: d["criteria"][0]["acceptsWhen"].append(["severity"]),
            "criteria.0.acceptsWhen: names criteria that are not declared: severity",
        ),
        (
            lambda d: d["criteria"][0]["acceptsWhen"].append([]),
            "criteria.0.acceptsWhen: an empty set",
        ),
        (
            lambda d: d["criteria"][1].update(validFrom=date(2017, 1, 1)),
            "criteria: a later version must be valid from a later day",
        ),
        (
            lambda d: d["criteria"][0].update(validFrom=date(2018, 8, 1)),
            "criteria: no version is in force on the programme's first day",
        ),
        (
            lambda d: d["tracks"][0]["steps"][0].update(publishes="liability-claim-filed"),
            "tracks: 2 steps are published as liability-claim-filed",
        ),
        (
            lambda d: d["tracks"][0]["steps"][0].update(publishes="case-closed"),
            "tracks.0.steps.0.publishes: case-closed is published already",
        ),
        (
            lambda d: d["criteria"][0].pop("validFromSource"),
            "criteria.0.validFromSource: is given where, and only where, validFrom is given",
        ),
        (
            lambda d: d["consents"][0].update(subject="nobody"),
            "consents.0.subject: nobody is not declared in persons.roles",
        ),
        (
            lambda d: d["consents"][0].update(stops=["everything"]),
            "consents.0.stops.0: Input should be",
        ),
        (
            lambda d: d["studies"][0].update(consent="support-of-research"),
            "studies.0.consent: support-of-research is not declared in consents",
        ),
        (
            lambda d: d["teamRoles"][0].update(most=0),
            "teamRoles.0.most: Input should be greater than or equal to 1",
        ),
        (
            lambda d: d["teamRoles"][1].update(least=2),
            "teamRoles.1.least: Extra inputs are not permitted",
        ),
        (
            lambda d: d["notifications"][0].update(recipientRole="backup"),
            "notifications: first-contact-due: its deadline names no backup",
        ),
        (
            lambda d: d["notifications"][2].update(recipientRole="owner"),
            "notifications: offer-overdue: its deadline names no owner",
        ),
        (
            lambda d: d["offer"]["name"].update(nl="hulp voor slachtoffers"),
            "offer.name: clients read it, so it must not say slachtoffer",
        ),
        (
            lambda d: d["agreements"][1].update(vocabulary="colours"),
            "agreements.1.vocabulary: there is no list of terms called colours",
        ),
        (
            lambda d: d["documents"]["kinds"][0].update(checks=["signed"]),
            "documents.kinds.0.checks.0: signed is not declared in documents.checks",
        ),
        (
            lambda d: d["instruments"][0]["scale"].update(highest=1),
            "instruments.0.scale.highest: is not above the lowest",
        ),
        (
            lambda d: d["documents"]["sharedWith"].pop(),
            "documents.sharedWith: lacks `unknown`",
        ),
        (
            lambda d: d["tracks"][2]["steps"][8].update(after=[{"step": "claimed"}]),
            "tracks.2: acknowledged: there is no step claimed",
        ),
        (
            lambda d: d["tracks"][4]["steps"][4]["after"][0].update(outcomes=["lost"]),
            "tracks.4: objection-filed: decided never ends as lost",
        ),
        (
            lambda d: d["tracks"][0]["steps"][7]["outcomes"].pop(),
            "tracks.0.steps.7.outcomes: lacks `unknown`",
        ),
        (
            lambda d: d["tracks"][0]["steps"][7]["fields"][1].pop("terms"),
            "tracks.0.steps.7.fields.1.terms: are given where, and only where",
        ),
        (
            lambda d: d["tracks"][1]["steps"][2].update(groups=["formal"]),
            "tracks.1.steps.2.groups.0: formal is not declared in stepGroups",
        ),
        (
            lambda d: d["deadlines"][0].update(when={"outcome": ["late"]}),
            "deadlines: first-contact: its trigger publishes nothing called outcome",
        ),
        (
            lambda d: d["deadlines"][1].update(when={"status": ["rumour"], "pending": [True]}),
            "deadlines: offer: its trigger never says rumour as status",
        ),
        (
            lambda d: d["deadlines"][-2].update(when={"outcome": ["calamity", "late"]}),
            "deadlines: result-not-stated: its trigger never says late as outcome",
        ),
        (
            lambda d: d["deadlines"][2].update(dueOn="attempt"),
            "deadlines: offer-after-no: its trigger publishes no date called attempt",
        ),
        (
            lambda d: d["deadlines"][0].update(metBy=["leidraad.intake.offer-made.v1"]),
            "deadlines: first-contact: leidraad.intake.offer-made.v1 and its trigger come from two",
        ),
        (
            lambda d: d["deadlines"][0].update(
                triggeredBy="leidraad.casefile.liability-claim-filed.v1"
            ),
            "deadlines: first-contact: leidraad.casefile.first-contact-made.v1 is no step of the",
        ),
        (
            lambda d: d["deadlines"][0].pop("days"),
            "deadlines: first-contact: either days or dueOn is needed",
        ),
        (
            lambda d: d["deadlines"][-1].update(dueOn="amount"),
            "deadlines: settlement-answer: its trigger publishes no date called amount",
        ),
        (
            lambda d: d["deadlines"][0].update(backup="neighbour"),
            "deadlines.0.backup: neighbour is not declared in teamRoles",
        ),
        (
            lambda d: d["heavy"]["reasons"][1].update(when={"condition": ["gloomy"]}),
            "heavy: critical-condition: its trigger never says gloomy as condition",
        ),
        (
            lambda d: d["heavy"]["reasons"][0].update(when={"outcome": ["late"]}),
            "heavy: client-died: its trigger publishes nothing called outcome",
        ),
        (
            lambda d: d["heavy"]["reasons"][0].update(markedBy="leidraad.intake.offer-made.v1"),
            "heavy: client-died: its trigger is nothing that the case file publishes",
        ),
        (
            lambda d: d["heavy"]["reasons"][2].update(when={"condition": ["critical"]}),
            "heavy: weighs-on-case-manager: `when` needs an event in markedBy",
        ),
        (lambda d: d["heavy"]["reasons"].pop(), "heavy.reasons: lacks `unknown`"),
        (lambda d: d["regions"].pop(), "regions: lacks `unknown`"),
        (
            lambda d: d["deadlines"][0].update(metBy=["leidraad.casefile.case-opened.v9"]),
            "deadlines.0.metBy.0: no event is published as leidraad.casefile.case-opened.v9",
        ),
        (
            lambda d: d["notifications"][0].update(policy="second-contact"),
            "notifications.0.policy: no deadline policy is called second-contact",
        ),
        (
            lambda d: d["notifications"][0].pop("policy"),
            "notifications.0.policy: is given where, and only where",
        ),
        (
            lambda d: d["notifications"][0].update(trigger="leidraad.casefile.case-opened.v1"),
            "notifications.0.policy: is given where, and only where",
        ),
        (
            lambda d: d["notifications"][0]["en"].update(text="Dear ${name}, call by ${dueOn}."),
            "notifications.0.en: nothing fills name",
        ),
        (
            lambda d: d["notifications"][0]["nl"].update(text="Kosten: $ 5"),
            "notifications.0.nl.text: a lone `$`",
        ),
        (
            lambda d: d["notifications"][0]["nl"].update(subject="Een\nBcc: iedereen"),
            "notifications.0.nl.subject: a subject is one line",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, document: Document, edit: Edit, named: str
) -> None:
    edit(document)
    _write(tmp_path, document)

    assert f"programme.yaml: {named}" in _mistakes(tmp_path)


def test_all_mistakes_of_all_files_are_named_at_once(tmp_path: Path, document: Document) -> None:
    (tmp_path / "list.yaml").write_text("- a list\n")
    (tmp_path / "torn.yaml").write_text("code: [unclosed\n")
    (tmp_path / "twice.yaml").write_text("code: one\ncode: two\n")
    document["teamRoles"] += document["teamRoles"]
    document["deadlines"][0]["days"] = "three"
    _write(tmp_path, document | {"timeZone": "Asia/Tokyo"})

    mistakes = _mistakes(tmp_path)

    assert "list.yaml: is no mapping" in mistakes
    assert "torn.yaml: while parsing" in mistakes
    assert "twice.yaml: code is given 2 times" in mistakes
    assert "programme.yaml: teamRoles: code backup is given 2 times" in mistakes
    assert "programme.yaml: deadlines.0.days" in mistakes
    assert "programme.yaml: timeZone" in mistakes


def test_a_version_that_two_files_define_is_refused(tmp_path: Path, document: Document) -> None:
    _write(tmp_path, document, "one.yaml")
    _write(tmp_path, document, "two.yaml")

    mistakes = _mistakes(tmp_path)

    assert "medical-incidents: version 1 is defined 2 times" in mistakes
    assert "medical-incidents: 2 versions are valid from 2018-07-01" in mistakes


def test_a_step_whose_data_two_definitions_declare_otherwise_is_refused(
    tmp_path: Path, document: Document
) -> None:
    _write(tmp_path, document, "one.yaml")
    bid = next(s for s in document["tracks"][2]["steps"] if s["code"] == "settlement-offered")
    bid["fields"][0]["type"] = "days"
    later = {"version": 2, "validFrom": date(2021, 1, 1)}
    _write(tmp_path, document | later, "two.yaml")

    assert "settlement-offered: amount is days and euro in two definitions" in _mistakes(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "holds no definition" in _mistakes(tmp_path)
