"""Leave to pass on contact data, as it comes in over HTTP with them."""

from typing import Annotated

from events.contracts.contract import Code
from kit.bodies import Body, Fact
from kit.contact import ContactBody
from kit.vocabularies import Vocabulary


class ConsentBody(Body):
    """Leave to pass on contact data, and how it was given."""

    form: Annotated[Code, Vocabulary("consent_forms")]


class GivenConsentBody(Fact):
    """Leave to pass on these contact data."""

    consent: ConsentBody
    contact: ContactBody
