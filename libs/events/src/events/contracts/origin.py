"""What casefile publishes of the origin: what is learnt of it while somebody is supported."""

from events.contracts.contract import Code, Contract, PartialDate


class OriginDescribed(Contract):
    """What was learnt in the case of that which brought the client here; null: nothing of that.

    `discovered`: when it was found out; `disclosed`: when the client was told, `disclosed_by` how.
    """

    kind: Code | None = None
    consequence: Code | None = None
    status: Code | None = None
    discovered: PartialDate | None = None
    disclosed: PartialDate | None = None
    disclosed_by: Code | None = None


CONTRACTS: dict[str, type[Contract]] = {"origin-described": OriginDescribed}
