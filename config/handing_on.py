"""The section about handing callers on: to numbers of the outside world, and to other hotlines."""

from typing import Annotated

from pydantic import Field

from config.fields import Name, Section, Text


class OtherHotlineSettings(Section):
    """Another hotline that takes callers over (一键转接)."""

    name: Text
    """What people call it, e.g. 纳税缴费服务热线."""
    number: Annotated[str, Field(pattern=r"^[0-9]{3,20}$")]
    """What the outside trunk wants in the request URI, as it stands; short numbers such as 12366 are no subscriber's."""
    token: Name | None = None
    """The token under api.tokens (role hotline) by which it reads what it is handed; empty: it has the headers of the call alone."""


class TransferSettings(Section):
    """Handing callers on: to seats, groups, numbers of the outside world and other hotlines."""

    numbers: tuple[Annotated[str, Field(pattern=r"^[0-9]{1,20}$")], ...] = ()
    """How the outside numbers begin (0515, 139) that a caller may be handed on to; empty: none, but the hotlines."""
    hotlines: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")], OtherHotlineSettings] = Field(default_factory=dict)
    """What they are asked for by (12366) to hotline."""
    ring_s: Annotated[float, Field(ge=1, le=300)] = 30
    """The target of an announced transfer, and any number, rings at most this long (seconds)."""
    group_alone_s: Annotated[float, Field(ge=0, le=7200)] = 20
    """So long a caller who was handed on to a group waits for that group alone; then for those of the ladder he came by too (seconds)."""
