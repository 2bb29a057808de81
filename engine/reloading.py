"""The configuration read again while calls go on.

Calls in hand keep the plan and the rules they began with; the next call has the new ones. Seats are defined anew in live
state at once: a new one rings for who waits, one that is left out goes when it is free; nobody is signed out who is still an
agent.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import structlog

from api.sources import Changed, ReloadReport
from calls.errors import Fault, Refused, StoreFault, ZhidaError
from config.changes import Change, Effect, changes, misfits, taken_on
from config.deadlines import deadlines
from config.derive import seat_definitions, waiting_rules
from config.faults import dotted
from config.load import Loaded
from config.settings import Settings
from engine.addresses import agi_addresses
from engine.building import Engine, shared_of
from engine.building_desks import seats_go_by
from engine.callback_place import callback_place
from engine.keying import keys_go_by
from engine.live_check import prompts_there
from engine.logs import configure_logs
from engine.recording import folder_of
from engine.serving import current_of, roads_of, shift_rules_of
from engine.site import site_of
from pbx.dialplan.render import render

log = structlog.get_logger(__name__)

_RETRY_S: Final = 1.0
_RECORDERS: Final = frozenset({"hotline", "deadlines", "links", "sms"})
"""Sections that the recorder's process reads, of those that take effect at once."""


class Reloader:
    """One engine's.

    Args:
        read: reads the configuration as the engine did at its start. Raises: ConfigFault.
    """

    def __init__(self, engine: Engine, read: Callable[[], Loaded]) -> None:
        self._engine = engine
        self._read = read
        self._in_turn = asyncio.Lock()  # who read the file first must not be the last to apply it
        self._orders: set[asyncio.Task[None]] = set()
        self.counts = {"applied": 0, "refused": 0}
        self.on_applied: Callable[[Settings], None] = lambda _: None

    async def __call__(self, *, dry_run: bool, by: str) -> ReloadReport:
        """See `api.sources.Reload`."""
        if dry_run:
            return (await self._seen())[0]
        report = await self.here(by=by)
        try:
            others = [engine for engine in await self._engine.live.engines() if engine != self._engine.engine_id]
            await self._engine.reloads.ask()
        except StoreFault as fault:
            sentence = f"This engine has it, the others were not told ({fault.sentence.rstrip('.')}): ask again."
            raise StoreFault(fault.code, sentence) from None
        return replace(report, applied=True, engines=1 + len(others))

    async def here(self, *, by: str) -> ReloadReport:
        """In this engine alone. Raises: as `__call__`."""
        async with self._in_turn:
            try:
                report, taken = await self._seen()
                await self._apply(taken, report)
            except ZhidaError as error:
                self.counts["refused"] += 1
                log.error("reload_refused", by=by, why=error.sentence)
                raise
        self.counts["applied"] += 1
        keys = [change.key for change in report.changes]
        log.info("configuration_reloaded", by=by, changed=keys, restart=[one.key for one in report.changes if not one.at_once])
        return report

    def signalled(self) -> None:
        """SIGHUP: this engine alone."""
        task = asyncio.create_task(self._quietly(by="signal"), name="reload by signal")
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)

    async def follow(self) -> None:
        """Reload whenever another engine was asked to, for ever."""
        while True:
            try:
                asked = await self._engine.reloads.asked()
            except StoreFault:
                await asyncio.sleep(_RETRY_S)
                continue
            if asked:
                await self._quietly(by="another engine")

    async def _quietly(self, *, by: str) -> None:
        try:
            await self.here(by=by)
        except ZhidaError:
            return  # logged; what was in force stays

    async def _seen(self) -> tuple[ReloadReport, Settings]:
        """What the file says now, and the settings that this engine can take on. Raises: Refused: it is faulty."""
        return await asyncio.to_thread(_compared, self._engine.settings, self._read)

    async def _apply(self, taken: Settings, report: ReloadReport) -> None:
        """Live state first, which may refuse; after it nothing here can fail."""
        engine = self._engine
        seats, before = seat_definitions(taken), engine.settings
        if seats != seat_definitions(before):
            await engine.live.define(seats)
        engine.live.rules = waiting_rules(taken)
        engine.phones.define(seats)
        engine.shifts.go_by(shift_rules_of(taken))
        seats_go_by(taken, engine.seats, engine.codes)
        keys_go_by(taken, engine.call_keys)
        now = current_of(taken, engine.directory)
        engine.current.settings, engine.current.decider, engine.current.outside = taken, now.decider, now.outside
        engine.callbacks.place = callback_place(taken, now.decider, now.outside, engine.callbacks.place.first + 1)
        engine.roads.update(roads_of(now, shared_of(engine)))
        for asterisk in engine.asterisks.values():
            asterisk.legs.caller_id = now.outside.caller_id
            asterisk.legs.recordings = folder_of(taken, asterisk.pbx)
            asterisk.reconciler.recorded = taken.recording.enabled
        engine.recordings.longest_s = taken.recording.pause_longest_s
        engine.stores.records.go_by(deadlines(taken))
        engine.links.go_by(taken, engine.clock)
        configure_logs(taken.engine.log_level)
        self.on_applied(taken)
        if any(one.at_once and one.key.split(".")[0] in _RECORDERS for one in report.changes):
            engine.recorder.renew()
        await self._sign_strangers_out()
        await self._look_at_phones()

    async def _sign_strangers_out(self) -> None:
        """Whoever is signed in and is no agent any more."""
        try:
            await self._engine.seats.sign_out_strangers()
        except StoreFault as fault:
            log.warning("strangers_not_signed_out", code=fault.code)  # an engine's next start does it

    async def _look_at_phones(self) -> None:
        """What the phones of new seats do."""
        for asterisk in self._engine.asterisks.values():
            try:
                await asterisk.reconciler.now()
            except Fault as fault:
                log.warning("reconcile_failed", asterisk=asterisk.name, code=fault.code)  # it is done again in a few seconds


def _compared(before: Settings, read: Callable[[], Loaded]) -> tuple[ReloadReport, Settings]:
    """In a thread: thousands of seats take their time to be written into snippets."""
    loaded = read()
    taken = taken_on(before, loaded.settings)
    if unfit := misfits(taken):
        key = dotted(unfit[0].key)
        sentence = f"{key}: {unfit[0].sentence}; what this goes with needs a restart, so nothing was changed."
        raise Refused("reload_needs_restart", sentence, key=key)
    report = ReloadReport(
        changes=tuple(_changed(change, loaded) for change in changes(before, loaded.settings)),
        snippets=_snippets(before, loaded.settings),
        warnings=tuple(problem.sentence for _, problem in prompts_there(taken)),
        applied=False,
        engines=0,
    )
    return report, taken


def _changed(change: Change, loaded: Loaded) -> Changed:
    return Changed(
        key=dotted(change.key),
        place=loaded.document.place(change.key),
        old=change.old,
        new=change.new,
        at_once=change.effect is Effect.AT_ONCE,
    )


def _snippets(before: Settings, after: Settings) -> Mapping[str, tuple[str, ...]]:
    """Asterisk -> files that are written otherwise now."""
    differ = {}
    for name, pbx in after.asterisk.items():
        new = render(site_of(after, pbx, agi_addresses(after)))
        old = render(site_of(before, before.asterisk[name], agi_addresses(before))) if name in before.asterisk else {}
        if files := tuple(file for file in new if new[file] != old.get(file)):
            differ[name] = files
    return differ

