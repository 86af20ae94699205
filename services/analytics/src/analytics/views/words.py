"""Which words of a programme an event's field may say, as far as a programme lists them."""

from collections.abc import Iterable, Iterator, Mapping

from programmes import codes
from programmes.model import Definition

_LISTS = {
    "activity-logged.boundary-doubts": "boundary_doubts",
    "agreement-made.kind": "agreements",
    "appointment-cancelled.by": "appointments.cancelled_by",
    "appointment-cancelled.kind": "appointments.kinds",
    "appointment-confirmed.kind": "appointments.kinds",
    "appointment-confirmed.participant": "appointments.participants",
    "appointment-held.kind": "appointments.kinds",
    "appointment-planned.kind": "appointments.kinds",
    "appointment-planned.must-confirm": "appointments.participants",
    "appointment-planned.participants": "appointments.participants",
    "case-closed.open-needs": "needs.fields",
    "case-closed.reason": "closing_reasons",
    "case-manager-assigned.role": "team_roles",
    "case-reopened.reason": "reopening_reasons",
    "client-condition-changed.condition": "conditions",
    "client-region-recorded.region": "regions",
    "consent-given.consent": "consents",
    "consent-given.form": "consent_forms",
    "consent-given.studies": "studies",
    "consent-refused.consent": "consents",
    "consent-refused.reason": "consent_refusal_reasons",
    "consent-withdrawn.consent": "consents",
    "contact-consent-given.form": "consent_forms",
    "document-added.kind": "documents.kinds",
    "document-checked.check": "documents.checks",
    "document-correction-requested.check": "documents.checks",
    "evaluation-held.moment": "evaluation_moments",
    "first-contact-made.channel": "contact_channels",
    "handover-offered.reason": "handover_reasons",
    "heavy-mark-removed.reason": "heavy.removal_reasons",
    "heavy-mark-set.reason": "heavy.reasons",
    "instrument-completed.instrument": "instruments",
    "instrument-completed.wave": "waves",
    "intensity-changed.level": "intensity_levels",
    "need-identified.field": "needs.fields",
    "need-identified.theme": "needs.themes",
    "need-met.met-by": "needs.met_by",
    "offer-accepted.reasons": "offer.accept_reasons",
    "offer-declined.reasons": "offer.decline_reasons",
    "offer-made.by-function": "offer.functions",
    "offer-made.channel": "offer.channels",
    "offer-made.recipient": "offer.recipients",
    "offer-made.route": "offer.routes",
    "offer-made.wording": "offer.wordings",
    "offer-withheld.reason": "offer.withhold_reasons",
    "origin-assessed.consequence": "origin.consequences",
    "origin-assessed.kind": "origin.kinds",
    "origin-assessed.status": "origin.statuses",
    "origin-described.consequence": "origin.consequences",
    "origin-described.disclosed-by": "origin.disclosures",
    "origin-described.kind": "origin.kinds",
    "origin-described.status": "origin.statuses",
    "person-added.client-type": "persons.client_types",
    "person-added.mandate": "persons.mandates",
    "person-added.relation": "persons.relations",
    "person-added.role": "persons.roles",
    "person-role-changed.client-type": "persons.client_types",
    "person-role-changed.mandate": "persons.mandates",
    "person-role-changed.role": "persons.roles",
    "referral-accepted.channel": "offer.channels",
    "referral-accepted.consent-form": "consent_forms",
    "referral-accepted.reasons": "offer.accept_reasons",
    "referral-accepted.source": "referral_sources",
    "referral-made.source": "referral_sources",
    "referral-screened-out.reason": "screening_out_reasons",
    "referral-withdrawn.reason": "withdrawal_reasons",
    "referred-out.target": "referral_targets",
}
"""By milestone and field, the list of the programme from which the field is told."""

_SEVERAL = {
    "document-shared.shared-with": ("persons.roles", "referral_targets", "documents.shared_with"),
}
"""The same where a field is told from any of several lists."""

_OWN = {("appointment-cancelled", "by"): frozenset({"consent-withdrawn"})}
"""What a service says by itself, in no list."""

_POLICIES = ("deadline-set", "deadline-met", "deadline-missed")

Listed = Mapping[tuple[str, str], frozenset[str]]
"""By milestone and field, all codes that there are."""


def listed_in(definitions: Iterable[Definition]) -> Listed:
    """Of whatever programme and version: figures may be of all of them."""
    found: dict[tuple[str, str], frozenset[str]] = dict(_OWN)
    for definition in definitions:
        for field, told in _told(definition):
            found[field] = found.get(field, frozenset()) | told
    return found


def _told(definition: Definition) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    several = ((place, name) for place, names in _SEVERAL.items() for name in names)
    for place, vocabulary in (*_LISTS.items(), *several):
        milestone, _, field = place.partition(".")
        yield (milestone, field), codes(definition.terms(vocabulary))
    policies = frozenset(deadline.policy for deadline in definition.deadlines)
    yield from (((milestone, "policy"), policies) for milestone in _POLICIES)
