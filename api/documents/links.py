"""Specialists' links to a ticket, as JSON. No document but one has a code, and that one once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictBool

from api.documents.plain import Document, Moment, Question
from calls.masking import masked
from tickets.links import Link, LinkState
from tickets.messages import Message, MessageState


class MessageDocument(Document):
    """The SMS that brings a link: `state` is waiting, sending, sent (the gateway took it), delivered, failed, unknown or withdrawn.

    `delivered`, and `failed` after `sent`, are what the gateway's receipt says (sms.receipts).
    """

    state: MessageState
    number: Annotated[str, Field(description="All but the last four digits are starred.")]
    attempts: int
    created: Moment
    ended: Moment | None
    gateway_id: str | None
    why: str | None


class LinkDocument(Document):
    """One specialist's link. `state` is wanted (he joined, it is issued in a moment), good, expired or revoked.

    `issue` counts how often it was issued; only the last one's code opens the ticket. `opened` is the last time somebody did.
    """

    link_id: str
    state: LinkState
    specialist_id: str
    name: str
    department: str
    issue: int
    issued: Moment | None
    issued_by: str | None
    expires: Moment | None
    revoked: Moment | None
    revoked_by: str | None
    shown: Moment | None
    opened: Moment | None
    message: Annotated[MessageDocument | None, Field(description="The latest SMS; null where none was to be sent.")]


class LinksDocument(Document):
    """A ticket's links, in the order in which they were first wanted."""

    items: list[LinkDocument]


class LinkWanted(Question):
    """Whom a link is for. One who has a link gets a new code, and his old one opens nothing any more."""

    specialist_id: Annotated[str, Field(min_length=1, max_length=64, description="A specialist of the roster.")]
    send: Annotated[StrictBool, Field(description="By SMS to his mobile; otherwise the code can be shown, once.")] = True


class CodeDocument(Document):
    """What opens the ticket, to be read out or copied. It is shown once: issue the link again for another."""

    url: str
    code: Annotated[str, Field(description="For typing in at the address without the part behind #.")]


def link_document(link: Link, message: Message | None, now: datetime) -> LinkDocument:
    """A link."""
    return LinkDocument(
        link_id=link.link_id,
        state=link.state(now),
        specialist_id=link.specialist_id,
        name=link.name,
        department=link.department,
        issue=link.issue,
        issued=link.issued,
        issued_by=link.issued_by or None,
        expires=link.expires,
        revoked=link.revoked,
        revoked_by=link.revoked_by or None,
        shown=link.shown,
        opened=link.opened,
        message=None if message is None else _message(message),
    )


def links_document(links: Sequence[Link], sent: Mapping[str, Message], now: datetime) -> LinksDocument:
    """All of a ticket's."""
    return LinksDocument(items=[link_document(link, sent.get(link.link_id), now) for link in links])


def _message(message: Message) -> MessageDocument:
    return MessageDocument(
        state=message.state,
        number=masked(message.number),
        attempts=message.attempts,
        created=message.created,
        ended=message.ended,
        gateway_id=message.gateway_id or None,
        why=message.why or None,
    )
