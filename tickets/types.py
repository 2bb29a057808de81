"""What a caller wants: the five types of the Jiangsu hotline, under one code each, by whatever name a source calls them."""

from enum import StrEnum
from typing import Final

from calls.errors import Refused


class TicketType(StrEnum):
    """The type an agent gives a ticket."""

    CONSULT = "consult"  # 咨询
    HELP = "help"  # 求助
    SUGGEST = "suggest"  # 建议
    COMPLAINT = "complaint"  # 投诉
    REPORT = "report"  # 举报


NAMES: Final = {
    TicketType.CONSULT: "咨询",
    TicketType.HELP: "求助",
    TicketType.SUGGEST: "建议",
    TicketType.COMPLAINT: "投诉",
    TicketType.REPORT: "举报",
}
"""The field's own word for each."""

ALIASES: Final = {
    **{name: kind for kind, name in NAMES.items()},
    "政策咨询": TicketType.CONSULT,
    "意见": TicketType.SUGGEST,
    "意见建议": TicketType.SUGGEST,  # one type in Sichuan
    "投诉举报": TicketType.COMPLAINT,
}
"""Other names a type may be given by; "…类" after any of them is passed over."""


def ticket_type(text: str) -> TicketType:
    """The type that is meant.

    Raises: Refused: no such type.
    """
    wanted = text.strip().removesuffix("类")
    try:
        return ALIASES.get(wanted) or TicketType(wanted.lower())
    except ValueError:
        allowed = ", ".join(f"{kind} {name}" for kind, name in NAMES.items())
        raise Refused("ticket_type_unknown", f"{text!r:.40} is no type of ticket; allowed are {allowed}.", type=text[:40]) from None
