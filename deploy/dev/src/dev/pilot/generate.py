"""Makes the cohort file anew: `python -m dev.pilot.generate`; the same file on every machine."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from dev.pilot import offers
from dev.pilot.beside import beside
from dev.pilot.dice import Dice
from dev.pilot.inputs import (
    ENDED,
    HOSPITALS,
    PROGRAMME,
    WITHOUT_INVESTIGATION,
    Hospital,
)
from dev.pilot.matching import Referred, referrals, spread
from dev.pilot.record import COHORT, Record, Referral, Screening, Withholding, dump
from dev.pilot.study import with_study
from dev.pilot.support import assessments, hours, screened_on, support
from dev.pilot.workdays import earlier, later
from programmes import codes, load

SEED = 2018
AGAIN = ("declined", "no-response", "declined", "declined", "no-response")
"""What some people said at first who said yes at the second attempt, long after the incident."""
DECLINED_AGAIN = {4: "no-response", 21: "declined", 38: "no-response", 55: "declined"}
DECLINED_BY_MONTH = (8, 30, 47)
VAGUE_INCIDENTS = {12: None, 26: "%Y-%m", 41: "%Y", 60: None, 75: "%Y-%m"}
"""Incidents of people who declined, known to the month, to the year or not at all."""
CRITERIA = load().current(PROGRAMME, ENDED)


def cohort() -> list[Record]:
    """All persons, numbered in the order in which something first happened to them."""
    dice = Dice(SEED)
    made = [*_referred(dice), *_unreferred(dice), *_declined(dice), *_withheld(dice)]
    ordered = sorted(made, key=_begun)
    numbered = [replace(record, id=f"p{n:03}") for n, record in enumerate(ordered, start=1)]
    return with_study(Dice(SEED), numbered)


def _begun(record: Record) -> str:
    return record.identified or (record.referral.on if record.referral else "")


def _referred(dice: Dice) -> Iterator[Record]:
    made = sorted(referrals(dice), key=lambda r: r.on)
    supported = [r for r in made if not r.screened_out]
    again = dict(zip([r for r in made if _long_after(r)][1::4], AGAIN, strict=False))
    uninvestigated = supported[5 :: len(supported) // WITHOUT_INVESTIGATION]
    steps = beside(supported, uninvestigated)
    spent = hours(steps)
    for number, referred in enumerate(made):
        doubtful = number % 9 == 0 or referred in uninvestigated
        record = _referral(dice, referred, doubtful=doubtful)
        if referred.hospital:
            record = _offered(dice, referred.hospital, referred, record, again.get(referred))
        if referred.screened_out is None and record.referral:
            helped = support(
                dice,
                referred,
                date.fromisoformat(record.referral.screening.on),
                case_manager=1 if number % 3 else 2,
                steps=steps[referred],
                spent=spent[referred],
                reported=_reported(record.referral),
            )
            record = replace(record, support=helped)
        yield record


def _referral(dice: Dice, referred: Referred, *, doubtful: bool) -> Record:
    """`doubtful`: the hospital did not call it a calamity, as far as the criteria let it."""
    screened = screened_on(dice, referred.on)
    in_force = codes(CRITERIA.criteria_on(referred.on).criteria)
    labelled = "possible-calamity" not in in_force or not doubtful
    referral = Referral(
        on=referred.on.isoformat(),
        source=referred.source,
        screening=Screening(
            on=screened.isoformat(),
            decision="screened-out" if referred.screened_out else "accepted",
            reason=referred.screened_out,
            assessments=assessments(in_force, referred, labelled=labelled),
        ),
    )
    incident = referred.incident.isoformat()
    return Record(id="", incident=incident, referral=referral)


def _reported(referral: Referral) -> bool:
    return referral.screening.assessments.get("reported-to-inspectorate") == "yes"


def _long_after(referred: Referred) -> bool:
    """Whether the hospital had time for a second attempt."""
    hospital = referred.hospital
    if hospital is None:
        return False
    return referred.on - max(referred.incident, hospital.joined) > timedelta(days=90)


def _offered(
    dice: Dice, hospital: Hospital, referred: Referred, record: Record, again: str | None
) -> Record:
    on = earlier(referred.on, dice.between(0, 1))
    identified, attempts = offers.accepted(
        dice, hospital, referred.incident, on, again=again, consent=True
    )
    return replace(
        record,
        organisation=hospital.number,
        identified=identified.isoformat(),
        attempts=attempts,
    )


def _unreferred(dice: Dice) -> Iterator[Record]:
    """Said yes, but did not allow that their data were passed on."""
    for hospital in HOSPITALS:
        for on in spread(dice, later(hospital.joined, 60), ENDED, hospital.unreferred):
            incident = on - timedelta(days=dice.between(20, 60))
            identified, attempts = offers.accepted(
                dice, hospital, incident, on, again=None, consent=False
            )
            yield Record(
                id="",
                organisation=hospital.number,
                incident=incident.isoformat(),
                identified=identified.isoformat(),
                attempts=attempts,
            )


def _declined(dice: Dice) -> Iterator[Record]:
    number = 0
    for hospital in HOSPITALS:
        for offered in spread(dice, later(hospital.joined, 14), ENDED, hospital.declined):
            yield _decline(dice, number, hospital, offered)
            number += 1


def _decline(dice: Dice, number: int, hospital: Hospital, offered: date) -> Record:
    identified = max(earlier(offered, dice.between(0, 9)), hospital.joined)
    incident = identified - timedelta(days=dice.between(1, 75))
    form = VAGUE_INCIDENTS.get(number, "%Y-%m-%d")
    return Record(
        id="",
        organisation=hospital.number,
        incident=incident.strftime(form) if form else None,
        identified=identified.isoformat(),
        attempts=offers.declined(
            dice,
            hospital,
            offered,
            again=DECLINED_AGAIN.get(number),
            by_month=number in DECLINED_BY_MONTH,
        ),
    )


def _withheld(dice: Dice) -> Iterator[Record]:
    for hospital in HOSPITALS:
        for identified in spread(dice, later(hospital.joined, 20), ENDED, hospital.withheld):
            yield Record(
                id="",
                organisation=hospital.number,
                incident=(identified - timedelta(days=dice.between(2, 20))).isoformat(),
                identified=identified.isoformat(),
                withheld=Withholding(
                    on=later(identified, dice.between(0, 5)).isoformat(), reason="cannot-cope"
                ),
            )


if __name__ == "__main__":
    COHORT.write_bytes(dump(cohort()))
