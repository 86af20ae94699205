"""A mail that an event brings about: to whom, and a text that can hold nothing personal."""

from collections.abc import Iterable, Iterator, Mapping
from string import Template
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from events.contracts.contract import Code
from programmes.deadline import Deadline
from programmes.published import PublishedType, context
from programmes.term import Declared, Source, Version

ALWAYS = frozenset({"caseId", "programme"})
"""What every text may name beside the fields of the event that triggers it."""


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise ValueError("a subject is one line")
    return text


def _readable(text: str) -> str:
    if not Template(text).is_valid():
        raise ValueError("a lone `$` is written `$$`, a placeholder `${name}`")
    return text


Text = Annotated[str, Field(min_length=1), AfterValidator(_readable)]


class Mail(Declared):
    """Subject and text in one language, with placeholders such as `${dueOn}`."""

    subject: Annotated[Text, AfterValidator(_one_line)]
    text: Text

    def placeholders(self) -> frozenset[str]:
        return frozenset(Template(self.subject + self.text).get_identifiers())

    def filled(self, values: dict[str, str]) -> "Mail":
        return Mail(
            subject=Template(self.subject).substitute(values),
            text=Template(self.text).substitute(values),
        )


RecipientRole = Literal["desk", "owner", "backup"]
"""The desk of the programme, or whoever of the case team the deadline names as that."""


class Notification(Declared):
    """What is sent when an event comes; where it is about a deadline, `policy` says which one."""

    template: Code
    version: Version
    source: Source
    trigger: PublishedType
    policy: Annotated[Code | None, Field(validate_default=True)] = None
    recipient_role: RecipientRole
    nl: Mail
    en: Mail
    fr: Mail | None = None

    @field_validator("policy")
    @classmethod
    def _declared(cls, policy: str | None, info: ValidationInfo) -> str | None:
        if policy is not None and policy not in context(info)["policies"]:
            raise ValueError(f"no deadline policy is called {policy}")
        if "trigger" in info.data:
            about_deadline = "policy" in context(info)["types"][info.data["trigger"]].model_fields
            if about_deadline != (policy is not None):
                raise ValueError("is given where, and only where, the trigger is about a deadline")
        return policy

    @field_validator("nl", "en", "fr")
    @classmethod
    def _can_be_filled(cls, mail: Mail | None, info: ValidationInfo) -> Mail | None:
        if mail is None or "trigger" not in info.data:
            return mail
        fields = context(info)["types"][info.data["trigger"]].model_fields.values()
        known = ALWAYS | {field.alias for field in fields}
        if strange := mail.placeholders() - known:
            raise ValueError(f"nothing fills {', '.join(sorted(strange))}")
        return mail

    def values(self, facts: Mapping[str, object]) -> dict[str, str]:
        """What the texts name, out of the facts of the event that triggers it."""
        named = (mail.placeholders() for mail in (self.nl, self.en, self.fr) if mail)
        return {name: str(facts[name]) for name in sorted(frozenset().union(*named) & facts.keys())}

    def mail(self, language: str) -> Mail:
        """In the language asked for; in English where the programme has no such text."""
        return {"nl": self.nl, "fr": self.fr}.get(language) or self.en


def unowned(notifications: Iterable[Notification], deadlines: Iterable[Deadline]) -> Iterator[str]:
    """Mails to somebody whom the deadline that they are about does not name."""
    policies = {deadline.policy: deadline for deadline in deadlines}
    for notification in notifications:
        role = notification.recipient_role
        about = policies.get(notification.policy or "")
        if role != "desk" and not (about and getattr(about, role)):
            yield f"{notification.template}: its deadline names no {role}"
