"""What the API is wired to: this engine's parts, each as the API wants to ask it."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from api.app import build_app
from api.rights import Right, Role
from api.route import TOKENS
from api.server import ApiServer
from api.sources import HandingOn, Happening, Known, OtherHotline, PageRules, Sources
from api.tokens import Token
from calls.errors import Refused
from config.derive import background
from config.settings import Settings
from engine.acts import ActBook
from engine.addresses import api_address
from engine.building import Engine
from engine.explaining import Explainer
from engine.health import EngineHealth
from engine.metrics import registry_of
from engine.recordings_heard import RecordingsOfApi
from engine.reloading import Reloader
from routing.explain import Asked, Explanation
from seats.seat import Seat
from store.redis.known import RedisKeys

_SEATS_EVERY_S: Final = 0.5


def api_server(engine: Engine, number: int, reloader: Reloader) -> ApiServer:
    """Engine `number`'s API, to be started."""
    host, port = api_address(engine.settings, number)
    app = _app(engine, reloader)
    reloader.on_applied = lambda settings: app[TOKENS].replace(_tokens(settings))
    return ApiServer(app, host, port)


def _tokens(settings: Settings) -> dict[str, Token]:
    return {
        name: Token(
            secret=token.token.get_secret_value(),
            role=Role(token.role),
            agent=token.agent or "",
            also=frozenset(map(Right, token.may)),
        )
        for name, token in settings.api.tokens.items()
    }


def _app(engine: Engine, reloader: Reloader) -> web.Application:
    sources = Sources(
        clock=engine.clock,
        waiting=engine.live,
        seats=engine.live,
        desk=engine.seats,
        conferences=engine.conferences,
        records=engine.stores.records,
        callbacks=engine.stores.callbacks,
        calling_back=engine.callbacks,
        enterprises=engine.stores.directory,
        roster=engine.stores.roster,
        explain=ExplainOfApi(engine),
        health=EngineHealth(engine),
        shifts=engine.shifts,
        happenings=Happenings(engine, SeatsLately(engine)),
        known=KnownKeys(RedisKeys(engine.redis, hotline=engine.settings.hotline.id)),
        registry=registry_of(engine, reloader),
        dial=lambda number: engine.outside.digits(number),  # noqa: PLW0108  as it is at that moment
        area_code=engine.settings.hotline.area_code,
        specialists=engine.specialists.desk,
        left_to=engine.specialists.tickets,
        wishes=engine.specialists.wishes,
        figures=engine.stores.figures,
        absences=engine.stores.absences,
        reload=reloader,
        supervisors=engine.supervisors,
        dispatch=engine.dispatch,
        acts=ActBook(engine.live, engine.stores.acts),
        act_log=engine.stores.acts,
        message=lambda: engine.settings.fallback.message,
        away_ring_s=lambda: engine.settings.fallback.duty_ring_s,
        has_prompt=_has_prompt(engine),
        links=engine.links.desk,
        page=lambda: _page_rules(engine.settings),
        recordings=RecordingsOfApi(stores=engine.keeper.stores, records=engine.stores.records, waiting=engine.live, clock=engine.clock),
        recording_desk=engine.recordings,
        handing_on=lambda: _handing_on(engine.settings),
    )
    return build_app(sources, tokens=_tokens(engine.settings))


def _page_rules(settings: Settings) -> PageRules:
    return PageRules(hotline=settings.hotline.name, language=settings.hotline.language, proxies=settings.links.proxies)


def _handing_on(settings: Settings) -> HandingOn:
    hotlines = {
        key: OtherHotline(name=one.name, number=one.number, token=one.token or "") for key, one in settings.transfer.hotlines.items()
    }
    return HandingOn(numbers=settings.transfer.numbers, hotlines=hotlines)


def _has_prompt(engine: Engine) -> Callable[[str], bool]:
    """Of every Asterisk, in the hotline's language."""
    folders = [pbx.prompts_here for pbx in engine.settings.asterisk.values()]
    return lambda prompt: all((folder / engine.settings.hotline.language / f"{prompt}.wav").is_file() for folder in folders)


@dataclass(frozen=True, slots=True)
class ExplainOfApi:
    """Explains with this engine's decider (api.sources.Explain)."""

    engine: Engine

    async def __call__(self, number: str, *, dialled: str | None, trunk: str | None, at: datetime | None) -> Explanation:
        """See `api.sources.Explain`."""
        settings = self.engine.settings
        known = tuple(settings.trunks)
        if trunk is not None and trunk not in known:
            raise Refused("trunk_unknown", f"There is no trunk {trunk}; there are {', '.join(known)}.", trunk=trunk)
        first_trusted = next((name for name, one in settings.trunks.items() if one.trusted), known[0])
        moment = self.engine.shifts.moment(at or self.engine.clock.now()).astimezone(ZoneInfo(settings.hotline.timezone))
        asked = Asked(dialled=dialled or next(iter(settings.dialled)), trunk=trunk or first_trusted, at=moment)
        behind = replace(background(settings), rosters=self.engine.shifts.rosters)
        explainer = Explainer(decider=self.engine.decider, entries=self.engine.stores.directory, background=behind)
        return await explainer.explain(number, asked)


class SeatsLately:
    """All seats, read every half second at most, however many follow them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seats: Sequence[Seat] | None = None
        self._read_at = 0.0

    async def __call__(self) -> Sequence[Seat]:
        """Raises: StoreFault."""
        now = self._engine.clock.monotonic()
        if self._seats is None or now - self._read_at >= _SEATS_EVERY_S:
            self._read_at = now  # others who come while this one reads have the seats of before
            self._seats = await self._engine.live.seats()
        return self._seats


@dataclass(frozen=True, slots=True)
class Happenings:
    """Facts as they are recorded, and seats as they change (api.sources.Happenings)."""

    engine: Engine
    seats: SeatsLately

    async def __call__(self) -> AsyncIterator[Happening]:
        """See `api.sources.Happenings`."""
        before: dict[str, Seat] = {seat.seat_id: seat for seat in await self.seats()}
        looked = self.engine.clock.monotonic()
        async for documents in self.engine.told.told(_SEATS_EVERY_S):
            for document in documents:
                yield json.loads(document)
            if self.engine.clock.monotonic() - looked >= _SEATS_EVERY_S or not documents:
                looked = self.engine.clock.monotonic()
                for seat in await self.seats():
                    if before.get(seat.seat_id) != seat:
                        before[seat.seat_id] = seat
                        yield seat


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Creations by their keys (api.sources.KnownRequests)."""

    keys: RedisKeys

    async def claim(self, key: str, fingerprint: str, *, ttl_s: float) -> Known | None:
        """See `KnownRequests.claim`."""
        before = await self.keys.claim(key, json.dumps([fingerprint, ""]), ttl_s=ttl_s)
        return Known(*json.loads(before)) if before is not None else None

    async def remember(self, key: str, known: Known, *, ttl_s: float) -> None:
        """See `KnownRequests.remember`."""
        await self.keys.put(key, json.dumps([known.fingerprint, known.answer]), ttl_s=ttl_s)

    async def forget(self, key: str) -> None:
        """See `KnownRequests.forget`."""
        await self.keys.drop(key)
