"""`zhida audit`: Asterisk's CDR against the records; what is missing is recovered."""

import asyncio
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from calls.clock import SystemClock
from calls.errors import Fault, StoreFault
from config.derive import redis_url, waiting_rules
from config.settings import Settings
from engine.commands.options import ConfigFile, settings_of, since_of
from engine.stores import Stores, open_stores
from store.redis.connection import connect
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream
from tickets.audit import SETTLE_S, AuditReport, CdrCall, Scope, audit
from tickets.cdr import BadLine, CdrRow, lines_of, read_cdr
from tickets.recorder import Recorder
from whitelist.numbers import parse_number

CONTEXTS: Final = frozenset({"zhida-call", "zhida-fallback"})
"""The dialplan contexts that callers are in (extensions_zhida.conf)."""
PLACED: Final = frozenset({"zhida-callback"})
"""Those of call-backs; their other half (zhida-reach), which rings the caller, is no call of its own."""
_LAST_WORD_S: Final = 2.0  # what Asterisk wrote down as ended so long ago, the engines have noticed too
_DRAIN_WITHIN_S: Final = 30.0
_HELD_S: Final = 1.0


def run_audit(
    config: ConfigFile = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Pass over calls that ended before, e.g. 2026-11-01T00:00.")] = None,
    look_only: Annotated[bool, typer.Option("--look-only", help="Recover nothing.")] = False,
) -> None:
    """Compare every call Asterisk saw with the records; exit 0 only where nothing was missing."""
    settings = settings_of(config)
    report = asyncio.run(_audit(settings, since_of(settings, since), look_only=look_only))
    sys.stdout.write(_in_words(report))
    if report.exit_code:
        raise typer.Exit(report.exit_code)


async def _audit(settings: Settings, since: datetime | None, *, look_only: bool) -> AuditReport:
    clock = SystemClock()
    stores = open_stores(settings, clock)
    try:
        await stores.database.upgrade()
        lines = [line for name, pbx in settings.asterisk.items() for line in _cdr(name, pbx.cdr_file)]
        await asyncio.sleep(_LAST_WORD_S)
        live, settle_s = await _live_calls(settings, stores)
        scope = Scope(
            contexts=CONTEXTS,
            placed=PLACED,
            now=clock.now(),
            since=since,
            settle_s=settle_s,
            live=live,
            national=lambda number: parse_number(number, area_code=settings.hotline.area_code).national or "",
        )
        return await audit(lines, stores.records, None if look_only else stores.facts, scope)
    finally:
        await stores.database.close()


def _cdr(asterisk: str, file: Path) -> Iterator[CdrRow | BadLine]:
    """Raises: Fault: Asterisk's CDR is not there, so there is nothing to compare with."""
    try:
        yield from read_cdr(lines_of(file))
    except FileNotFoundError:
        raise Fault("no_cdr", f"There is no CDR at {file} (asterisk.{asterisk}.cdr_file): without it nothing can be audited.") from None


async def _live_calls(settings: Settings, stores: Stores) -> tuple[frozenset[str], float]:
    """The calls that go on now, and how long ago a call must have ended to be judged. What waits in the stream is recorded first."""
    clock = SystemClock()
    redis = connect(redis_url(settings))
    try:
        stream = EventStream(redis, hotline=settings.hotline.id, recorder=f"audit-{os.getpid()}", held_s=_HELD_S)
        recorder = Recorder(stream, stores.facts, clock)
        async with asyncio.timeout(_DRAIN_WITHIN_S):
            while await recorder.step(wait_s=_HELD_S * 1.5):
                continue  # until nothing new came while what a dead recorder held fell free
        state = RedisLiveState(redis, hotline=settings.hotline.id, engine_id="audit", rules=waiting_rules(settings), clock=clock)
        return frozenset(call.call_id for call in await state.calls()), 0
    except (StoreFault, TimeoutError) as fault:
        sys.stderr.write(f"Live state could not be asked ({fault}): calls of the last {SETTLE_S:.0f} s are passed over.\n")
        return frozenset(), SETTLE_S
    finally:
        await redis.aclose()


def _in_words(report: AuditReport) -> str:
    found = report.found
    lost = f"{len(found.missing)} were missing, {len(found.incomplete)} lacked their end"
    lines = [f"{found.recorded} calls are recorded whole, {lost}, {found.unsettled} go on or ended just now."]
    lines += [f"missing     {_call(call)}{_ticket(report, call)}" for call in found.missing]
    lines += [f"incomplete  {_call(call)}{_ticket(report, call)}" for call in found.incomplete]
    lines += [f"unreadable  line {line.line} of the CDR: {line.reason}" for line in report.bad_lines]
    if report.nothing_missing:
        lines.append("Nothing is missing.")
    return "\n".join(lines) + "\n"


def _call(call: CdrCall) -> str:
    return f"{call.call_id}  {call.number or 'anonymous'} -> {call.dialled}  {call.start:%Y-%m-%d %H:%M:%S} UTC"


def _ticket(report: AuditReport, call: CdrCall) -> str:
    number = report.tickets.get(call.call_id)
    return f"  recovered as ticket {number}" if number else ""
