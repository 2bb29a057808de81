"""One operation of the API: what serves it, and all that the OpenAPI document says of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from api.documents.plain import Nothing
from api.download import Download
from api.rights import Right
from api.sources import Sources
from api.tokens import Bearer, Tokens
from calls.errors import ZhidaError

Query = TypeVar("Query", bound=BaseModel)
Body = TypeVar("Body", bound=BaseModel)

PREFIX: Final = "/api/v1"
SOURCES: Final = web.AppKey("sources", Sources)
TOKENS: Final = web.AppKey("tokens", Tokens)
BEARER: Final = web.RequestKey("bearer", Bearer)
ROUTE_NAME: Final = web.RequestKey("route_name", str)


@dataclass(frozen=True, slots=True)
class PathPart:
    """What may stand in a path at a {name}; anything else is a path that does not exist."""

    pattern: str
    words: str
    example: str


PATH_PARTS: Final[Mapping[str, PathPart]] = {
    "call_id": PathPart(r"[A-Za-z0-9._-]{1,160}", "A call's id: the uniqueid of its caller's channel.", "zhida-1795203893.17"),
    "task_id": PathPart(r"[A-Za-z0-9._-]{1,160}", "A call-back's id: that of the call the caller left first.", "zhida-1795203893.17"),
    "seat_id": PathPart(r"[A-Za-z0-9._-]{1,64}", "A seat's id.", "8001"),
    "number": PathPart(r"[0-9A-Za-z-]{1,40}", "A ticket's number.", "20261120-00017"),
    "entry_id": PathPart(r"[A-Za-z0-9._-]{1,64}", "A whitelist entry's id.", "3f1c0a9b2d4e5f60"),
    "specialist_id": PathPart(r"[A-Za-z0-9._-]{1,64}", "A specialist's id.", "9a0b1c2d3e4f5061"),
    "wish_id": PathPart(r"[0-9a-f]{1,40}", "A wish's id.", "5d2f1c0a9b3e4f60"),
    "link_id": PathPart(r"[0-9a-z]{8}", "A link's id; it is no secret.", "7k2m9x0p"),
    "consult": PathPart(r"[A-Za-z0-9._-]{1,80}", "Which of a call's consults, as their list names it.", "0"),
    "member": PathPart(r"[A-Za-z0-9._-]{1,200}", "Who: caller, seat, target, a specialist's id, or an attempt's id.", "seat"),
    "transfer_id": PathPart(r"[A-Za-z0-9._-]{1,200}", "A transfer's id.", "xfer-zhida-1795203893.17-1f2e3d4c"),
}
"""Every name that a path may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[Query, Body]):
    """A request that was understood and may be carried out.

    Args:
        path: the path's parts by name.
        if_match: the If-Match header as it came, or None.
        person: whom the bearer says he is, or "".
    """

    sources: Sources
    bearer: Bearer
    path: Mapping[str, str]
    query: Query
    body: Body
    if_match: str | None = None
    person: str = ""

    @property
    def by(self) -> str:
        """Who asks, in one word for people: the token's name, and the person where one is named."""
        return f"{self.person} ({self.bearer.name})" if self.person else self.bearer.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[Query, Body]):
    """An operation.

    Args:
        path: below PREFIX, with parts of PATH_PARTS in braces.
        handle: carries it out; what it returns is the answer, None where there is no content.
        refusals: what it may raise beside what everything may.
        creates: takes an Idempotency-Key.
        media: it answers with a file of this type (a Download), in ranges where they are asked for.
        versioned: its answer has `version`, which is also its ETag.
    """

    name: str
    method: str
    path: str
    summary: str
    tag: str
    right: Right
    handle: Callable[[Asked[Query, Body]], Awaitable[BaseModel | Download | None]]
    answer: type[BaseModel] | None
    query: type[Query]
    body: type[Body]
    status: HTTPStatus = HTTPStatus.OK
    refusals: tuple[type[ZhidaError], ...] = ()
    creates: bool = False
    versioned: bool = False
    media: str = ""
    words: str = field(default="")

    @property
    def has_body(self) -> bool:
        """Whether a body is read."""
        return not issubclass(self.body, Nothing)

    @property
    def path_parts(self) -> tuple[str, ...]:
        """The names in the path, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


AnyRoute = Route[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAnswer:
    """One way in which an open operation answers; without a media type there is no content."""

    status: HTTPStatus
    words: str
    media: str = ""
    model: type[BaseModel] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A GET that needs no token in its header, and answers for itself.

    Args:
        path: the whole path.
        may_have_token: a token may stand in the header; where it does not, the operation asks for it in its own way.
    """

    name: str
    path: str
    summary: str
    handle: Callable[[web.Request], Awaitable[web.StreamResponse]]
    answers: tuple[OpenAnswer, ...]
    words: str = ""
    may_have_token: bool = False
