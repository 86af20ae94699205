"""What is personal in a request, kept in the vault all at once: contact data and free text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from events.store import FINGERPRINT, Sealed
from events.vault import PersonKey, Vault
from intake.fingerprint import Fingerprints
from kit.calls import Call
from kit.contact import ContactBody
from kit.problems import not_found

TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The ids that events may name, and what to write into the vault with them."""

    contact: UUID
    explanation: UUID | None = None
    sealed: Sequence[Sealed] = ()


@dataclass(frozen=True, slots=True)
class Safe:
    vault: Vault
    fingerprints: Fingerprints

    async def keep(
        self, call: Call, case_id: UUID, explanation: str | None, contact: ContactBody | None = None
    ) -> Kept:
        """Nothing is sealed for those who may not see the record, nor for a repetition."""
        told = explanation is not None or contact is not None
        if not told or not await call.begins(case_id):
            return Kept(contact=uuid7())
        return self._kept(await self.vault.key(case_id), explanation, contact)

    async def keep_new(self, case_id: UUID, contact: ContactBody | None) -> Kept:
        """Of somebody of whom nothing is on record yet."""
        return self._kept(await self.vault.new_key(case_id), None, contact)

    def _kept(self, key: PersonKey, explanation: str | None, contact: ContactBody | None) -> Kept:
        told, record = contact.fields() if contact else {}, uuid7()
        records: dict[UUID, Mapping[str, str]] = {record: told}
        records |= {shared: {FINGERPRINT: ""} for shared in self.fingerprints.of(told)}
        said = uuid7() if explanation else None
        if said and explanation:
            records[said] = {TEXT: explanation}
        return Kept(contact=record, explanation=said, sealed=key.seal_all(records))

    async def explanation(self, case_id: UUID, explanation: UUID) -> str:
        """Raises a problem where there is no such text."""
        fields = await self.vault.open(case_id, explanation)
        if TEXT not in fields:
            raise not_found()
        return fields[TEXT]
