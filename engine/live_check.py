"""What `check` finds beyond the configuration itself: prompts that callers would not hear, groups that will have nobody on duty."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from calls.clock import SystemClock
from calls.errors import StoreFault
from conference.duty import roster_faults
from conference.roster import Specialist
from conference.telling import TICKET, TO_SEATS
from config.check_opening import shift_gaps
from config.derive import prompts_needed
from config.faults import Level, Problem
from config.opening_rules import calendar_of, roster_rules, rosters_of
from config.settings import Settings
from engine.stores import open_stores
from ivr.call_keys import PROMPTS as KEYED_PROMPTS
from ivr.catalogue import missing
from ivr.seat_codes import PROMPTS
from pbx.speech import PROMPTS as TO_SPECIALISTS
from routing.rota import DutyDay, with_days

ALWAYS: Final = frozenset({"please-wait", "nobody-free", "specialist-accept"})
CALLING_BACK: Final = frozenset(
    {"callback-to", "callback-busy", "callback-no-answer", "callback-failed", *(f"key-{digit}" for digit in range(10))}
)
"""What a seat hears that calls back."""
KEY_OFFER: Final = frozenset({"callback-offer", "callback-noted", "key-star", "key-hash"})
RATING: Final = frozenset({"rate", "rate-thanks"})


def prompts_of(settings: Settings) -> dict[str, set[str]]:
    """Language -> every prompt a caller, a specialist or a seat's phone may hear."""
    needed = prompts_needed(settings)
    needed.setdefault(settings.hotline.language, set())
    everywhere = ALWAYS | RATING if settings.after_call.rating else ALWAYS
    if settings.seats.codes.enabled:
        needed[settings.hotline.language] |= PROMPTS
    if settings.conference.keys.enabled:
        needed[settings.hotline.language] |= KEYED_PROMPTS
    if settings.outbound is not None:
        everywhere |= CALLING_BACK
        needed[settings.hotline.language] |= TO_SEATS | TO_SPECIALISTS | {TICKET}
    if settings.queue.callback_key is not None:
        everywhere |= KEY_OFFER
    return {language: prompts | everywhere for language, prompts in needed.items()}


def prompts_there(settings: Settings) -> Iterator[tuple[Level, Problem]]:
    """A prompt without a file is found here, not by a caller."""
    for name, pbx in settings.asterisk.items():
        for language, prompts in sorted(prompts_of(settings).items()):
            for file in missing(pbx.prompts_here, language, sorted(prompts)):
                sentence = f"prompt {language}/{file.stem} is not in {pbx.prompts_here}; record it, or let zhida prompts make it"
                yield Level.ERROR, Problem(key=("asterisk", name, "prompts_dir"), sentence=sentence)


def roster_fits(settings: Settings) -> Iterator[tuple[Level, Problem]]:
    """What is to be seen to in the specialists' roster: departments with too few or too many, hours and stand-ins that are not there."""
    try:
        roster = [] if _not_made_yet(settings.sql.url) else asyncio.run(_roster(settings))
    except StoreFault:
        return  # a database that is away, or has no tables yet, is no matter of the configuration
    for sentence in roster_faults(roster, roster_rules(settings)):
        yield Level.WARNING, Problem(key=("conference",), sentence=f"roster: {sentence}")


async def _roster(settings: Settings) -> Sequence[Specialist]:
    stores = open_stores(settings, SystemClock())
    try:
        return await stores.roster.everybody()
    finally:
        await stores.database.close()


def nobody_on_duty(settings: Settings) -> Iterator[tuple[Level, Problem]]:
    """A group that has nobody on duty in the next days, by its shifts and by the duty table where that can be read."""
    if not settings.shifts.groups:
        return
    try:
        rows = [] if _not_made_yet(settings.sql.url) else asyncio.run(_duty_table(settings))
    except StoreFault:
        rows = []  # a database that is away, or has no tables yet, is no matter of the configuration
    rosters = with_days({roster.group: roster for roster in rosters_of(settings)}, rows)
    for problem in shift_gaps(rosters.values(), calendar_of(settings), SystemClock().now()):
        yield Level.WARNING, problem


def _not_made_yet(url: str) -> bool:
    """Whether it is an SQLite file that to look at would make."""
    return url.startswith("sqlite") and not Path(url.partition(":///")[2]).is_file()


async def _duty_table(settings: Settings) -> Sequence[DutyDay]:
    stores = open_stores(settings, SystemClock())
    try:
        return await stores.rota.everything()
    finally:
        await stores.database.close()
