"""Specialists' links wired: the roster they are for, the gateway that brings them, and what is done about them again and again."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from calls.clock import Clock
from calls.errors import NotFound, StoreFault
from calls.events import Event
from conference.roster_keeping import RosterStore
from config.derive import link_rules, receipt_rules, sending_rules
from config.settings import Settings
from engine.stores import Stores
from sms.file import FileGateway
from sms.http import HttpGateway, HttpGatewaySettings
from tickets.link_desk import LinkDesk
from tickets.links import Recipient
from tickets.messages import Gateway, MessageState, Outbox
from tickets.sending import Sender
from whitelist.numbers import NumberKind, parse_number

log = structlog.get_logger(__name__)

EVERY_S: Final = 1.0
_COUNT_EVERY: Final = 10
_DEPARTMENTS_S: Final = 30.0


class RosterRecipients:
    """Implements `tickets.links.Recipients` on the roster; departments are read at most every half minute."""

    def __init__(self, roster: RosterStore, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._roster = roster
        self._clock = clock
        self._settings = settings
        self._departments: Sequence[str] = ()
        self._read_at: float | None = None

    async def recipient(self, specialist_id: str) -> Recipient | None:
        """See `Recipients.recipient`."""
        try:
            one = await self._roster.specialist(specialist_id)
        except NotFound:
            return None
        mobiles = [digits for number in one.mobile if (digits := self._digits(number))]
        return Recipient(specialist_id=one.specialist_id, name=one.name, department=one.unit, mobile=next(iter(mobiles), ""))

    async def departments(self) -> Sequence[str]:
        """See `Recipients.departments`."""
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at >= _DEPARTMENTS_S:
            self._departments = tuple(dict.fromkeys(one.unit for one in await self._roster.everybody()))
            self._read_at = now
        return self._departments

    def _digits(self, written: str) -> str:
        settings = self._settings()
        number = parse_number(written, area_code=settings.hotline.area_code)
        if number.kind is not NumberKind.MOBILE:
            return ""
        form = number.e164 if settings.sms.number_form == "e164" else number.national
        return "".join(character for character in form or "" if character.isdecimal())


@dataclass(frozen=True, slots=True)
class Links:
    """All that one engine has of them."""

    desk: LinkDesk
    sender: Sender
    keeper: "LinkKeeper"

    def go_by(self, settings: Settings, clock: Clock) -> None:
        """From now on these settings count."""
        self.desk.rules = link_rules(settings)
        self.desk.receipts = receipt_rules(settings)
        self.sender.rules = sending_rules(settings)
        self.sender.gateway = gateway_of(settings, clock)

    async def run(self) -> None:
        """Issue, send and tell, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.keeper.run(), name="link keeper")
            tasks.create_task(self.sender.run(), name="message sender")


class LinkKeeper:
    """Issues the links that are wanted, and tells the stream what specialists answered, until each is done. Every engine runs one."""

    def __init__(self, desk: LinkDesk, outbox: Outbox) -> None:
        self._desk = desk
        self._outbox = outbox
        self._held_up = False
        self.messages: Mapping[MessageState, int] = {}
        """How many there are in each state, as last counted; for figures."""

    async def run(self) -> None:
        """Look every second, for ever."""
        for look in itertools.count():
            await asyncio.sleep(EVERY_S)
            try:
                await self._desk.issue_wanted()
                await self._desk.tell_untold()
                if look % _COUNT_EVERY == 0:
                    self.messages = await self._outbox.counts()
            except StoreFault as fault:
                if not self._held_up:
                    log.warning("links_held_up", code=fault.code, why=fault.sentence)
                self._held_up = True
            else:
                self._held_up = False


Tell = Callable[[Sequence[Event]], Awaitable[None]]
"""Where facts are told."""


def links_of(settings: Settings, stores: Stores, clock: Clock, tell: Tell, now: Callable[[], Settings]) -> Links:
    """Put together.

    Args: now: the settings in force.
    """
    desk = LinkDesk(
        hotline=settings.hotline.id,
        store=stores.links,
        outbox=stores.outbox,
        records=stores.records,
        recipients=RosterRecipients(stores.roster, clock, now),
        tell=tell,
        clock=clock,
        zone=ZoneInfo(settings.hotline.timezone),
    )
    links = Links(desk=desk, sender=Sender(stores.outbox, desk.sms, clock), keeper=LinkKeeper(desk, stores.outbox))
    links.go_by(settings, clock)
    return links


def gateway_of(settings: Settings, clock: Clock) -> Gateway | None:
    """What the configuration sends by."""
    sms = settings.sms
    if sms.file is not None:
        return FileGateway(sms.file, clock)
    if sms.http is None:
        return None
    http = sms.http
    return HttpGateway(
        HttpGatewaySettings(
            url=http.url,
            method=http.method,
            headers={name: value.get_secret_value() for name, value in http.headers.items()},
            body=json.loads(http.body),
            form=http.form,
            ok_field=http.ok_field or "",
            ok_values=http.ok_values,
            id_field=http.id_field or "",
            timeout_s=http.timeout_s,
        )
    )
