"""Acts: whatever changes something is noted before it is done, with who and why. The one place where that happens."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import structlog
from aiohttp import web
from pydantic import BaseModel, SecretStr

from api.download import Download
from api.errors import Malformed
from api.route import AnyRoute, Asked
from calls.errors import StoreFault, ZhidaError
from calls.events import Act

log = structlog.get_logger(__name__)

PERSON_HEADER: Final = "Zhida-Person"
"""Who the bearer of a token says he is: a console or a shell that several people use."""
NO_CALL: Final = "acts"

_LONGEST_PERSON: Final = 64
_LONGEST_VALUE: Final = 200
_LOOKS: Final = frozenset({"GET", "HEAD"})


def is_act(route: AnyRoute) -> bool:
    """Whether the operation changes something: every one that is no GET."""
    return route.method not in _LOOKS


async def carried_out(route: AnyRoute, asked: Asked[Any, Any], sent: object) -> BaseModel | Download | None:
    """The operation's answer; an act is noted first, and again with its reason where it was not done after all.

    Raises: StoreFault: it could not be noted, so it was not done. What the operation raises.
    """
    if not is_act(route):
        return await route.handle(asked)
    act = act_of(route, asked, sent)
    await asked.sources.acts.note(act)
    try:
        return await route.handle(asked)
    except Exception as error:
        code = error.code if isinstance(error, ZhidaError) else "internal"
        await _note_undone(asked, replace(act, came_of=code))
        raise


async def _note_undone(asked: Asked[Any, Any], act: Act) -> None:
    try:
        await asked.sources.acts.note(act)
    except StoreFault as fault:
        log.error("act_not_noted_as_undone", act_id=act.act_id, came_of=act.came_of, why=fault.sentence)


def act_of(route: AnyRoute, asked: Asked[Any, Any], sent: object) -> Act:
    """What is about to be done, by whom, to what and why."""
    detail = {name: value for name, value in sent.items() if not _is_secret(route, name)} if isinstance(sent, Mapping) else {}
    why = detail.pop("why", None) or detail.pop("reason", None) or ""
    return Act(
        call_id=asked.path.get("call_id", NO_CALL),
        at=asked.sources.clock.now(),
        act_id=uuid.uuid4().hex,
        who=asked.bearer.name,
        role=asked.bearer.role,
        person=asked.person,
        what=route.name,
        subject=_subject(route, asked.path),
        why=str(why),
        detail=json.dumps(_short(detail), ensure_ascii=False),
    )


def _is_secret(route: AnyRoute, name: str) -> bool:
    field = route.body.model_fields.get(name)
    return field is not None and field.annotation is SecretStr


def person_of(request: web.Request) -> str:
    """Raises: Malformed: the header is none."""
    person = request.headers.get(PERSON_HEADER, "")
    if len(person) > _LONGEST_PERSON or not person.isprintable():
        raise Malformed("person_unusable", f"{PERSON_HEADER} is one line of at most {_LONGEST_PERSON} characters.")
    return person


def _subject(route: AnyRoute, path: Mapping[str, str]) -> str:
    """The thing itself: "calls/zhida-1795203893.17" of what is done to a call."""
    parts = [path.get(part[1:-1], part) if part.startswith("{") else part for part in route.path.strip("/").split("/")]
    return "/".join(parts[:2])


def _short(value: Any) -> Any:  # noqa: ANN401  JSON
    """The same with long texts cut: the log says what was done, it is no copy of the tickets."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"
    if isinstance(value, dict):
        return {name: _short(part) for name, part in value.items()}
    return [_short(part) for part in value] if isinstance(value, list) else value
