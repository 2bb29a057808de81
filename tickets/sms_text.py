"""The text of the SMS that brings a link."""

from datetime import datetime
from typing import Final

from tickets.links import Link, LinkRules
from tickets.templates import filled

SOMEBODY: Final = "来电人"
"""Who is on no list."""

_LONGEST_NAME: Final = 40


def sms_text(rules: LinkRules, link: Link, enterprise: str, *, url: str, now: datetime) -> str:
    """The template filled in. What comes from outside stands there as one line, cut where it is long."""
    left_s = (link.expires - now).total_seconds() if link.expires else 0.0
    values = {
        "url": url,
        "ticket": link.ticket,
        "enterprise": _line(enterprise) or SOMEBODY,
        "name": _line(link.name),
        "hours": str(max(1, round(left_s / 3600))),
    }
    return str(filled(rules.text, values))


def _line(text: str) -> str:
    plain = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - 1] + "…"
