"""The log of acts as JSON."""

import json
from typing import Annotated, Any

from pydantic import Field

from api.documents.plain import Document, Moment, Paged, PageDocument
from calls.events import Act


class ActsAsked(Paged):
    """Which acts."""

    who: Annotated[str | None, Field(max_length=64, description="A token's name, `shell`, or a person.")] = None
    what: Annotated[str | None, Field(pattern=r"^[a-z_]{1,40}$", description="The operation, e.g. `start_supervision`.")] = None
    on: Annotated[str | None, Field(max_length=200, description="What it was done to: `seats/8001`, or `seats`.")] = None
    undone: Annotated[bool, Field(description="Also what was refused or failed.")] = False
    since: Annotated[Moment | None, Field(validation_alias="from", description="Acts then or later.")] = None
    until: Annotated[Moment | None, Field(validation_alias="to", description="Acts before then.")] = None


class ActDocument(Document):
    """What a person did. `who` is the token's name (`shell`: the command line without an engine), `person` whom its bearer said he is.

    `came_of` is null where it was done, else the code of what prevented it; such an act is also there without it, as it began.
    """

    act_id: str
    at: Moment
    who: str
    role: str | None
    person: str | None
    what: str
    on: str
    why: str | None
    detail: Annotated[dict[str, Any], Field(description="What was asked for; long texts are cut.")]
    came_of: str | None


class ActPage(PageDocument[ActDocument]):
    """Acts, the latest first."""


def act_document(act: Act) -> ActDocument:
    """An act."""
    return ActDocument(
        act_id=act.act_id,
        at=act.at,
        who=act.who,
        role=act.role or None,
        person=act.person or None,
        what=act.what,
        on=act.subject,
        why=act.why or None,
        detail=json.loads(act.detail) if act.detail else {},
        came_of=act.came_of or None,
    )
