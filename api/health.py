"""/healthz and /metrics: for those who watch over the engine; without a token, and without anything about anybody."""

from http import HTTPStatus
from typing import Literal

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from api.documents.plain import Document, Moment
from api.route import SOURCES


class PartDocument(Document):
    """One part: since when it is so, and why where it is not well."""

    ok: bool
    since: Moment
    why: str | None


class HealthDocument(Document):
    """`status` is "ok" where every part is well; `warnings` are sentences about shifts that lack somebody, and change no status."""

    status: Literal["ok", "not ok"]
    parts: dict[str, PartDocument]
    warnings: list[str]


async def healthz(request: web.Request) -> web.Response:
    """200 where every part is well, else 503 and which is not."""
    parts = await request.app[SOURCES].health()
    shown = {name: PartDocument(ok=part.ok, since=part.since, why=part.why or None) for name, part in parts.items()}
    well = all(part.ok for part in parts.values())
    warnings = [shortage.sentence for shortage in request.app[SOURCES].shifts.warnings]
    document = HealthDocument(status="ok" if well else "not ok", parts=shown, warnings=warnings)
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return web.json_response(text=document.model_dump_json(), status=status)


async def metrics(request: web.Request) -> web.Response:
    """All figures in the registry, as Prometheus reads them."""
    encoder, content_type = choose_encoder(request.headers.get("Accept", ""))
    return web.Response(body=encoder(request.app[SOURCES].registry), headers={"Content-Type": content_type})
