"""What `./zhida check` says of a configuration without asking a live Asterisk: its faults, and what is probably not meant."""

import ipaddress
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from config.check_opening import OPENING_WARNINGS
from config.deadlines import presets
from config.derive import fallback_seats, seat_ids_of, takes_voicemail
from config.faults import ConfigFault, Finding, Level, Problem, in_file_order
from config.load import Loaded, read
from config.settings import Settings
from config.skills import unheld_skills
from tickets.presets import looser_than_parent

Hook = Callable[[Settings], Iterable[tuple[Level, Problem]]]
"""A part's own look at the settings: prompts that are not there, a fit with the live Asterisk."""

WIDE: Final = 2**16
"""Addresses; a carrier's range is smaller."""


def check_file(
    path: Path, overrides: Sequence[str] = (), *, environ: Mapping[str, str] = os.environ, hooks: Sequence[Hook] = ()
) -> list[Finding]:
    """Everything there is to say: errors alone where it cannot be loaded, else warnings and what the hooks found."""
    try:
        loaded = read(path, overrides, environ=environ)
    except ConfigFault as fault:
        return list(fault.findings)
    return check(loaded, hooks=hooks)


def check(loaded: Loaded, *, hooks: Sequence[Hook] = ()) -> list[Finding]:
    """What is probably not meant in settings that can be loaded, and what the hooks found."""
    settings, document = loaded.settings, loaded.document
    warned = [(Level.WARNING, problem) for warn in _WARNINGS for problem in warn(settings)]
    found = [*warned, *(one for hook in hooks for one in hook(settings))]
    return sorted((replace(document.finding(problem), level=level) for level, problem in found), key=in_file_order)


def _loose_deadlines(settings: Settings) -> Iterator[Problem]:
    for sentence in looser_than_parent(presets(), settings.hotline.preset):
        yield Problem(key=("hotline", "preset"), sentence=f"{sentence}; the city may, but let it be meant")


def _idle_seats(settings: Settings) -> Iterator[Problem]:
    served = {seat for group in settings.groups.values() for seat in group.seats}
    idle = [seat for seat in seat_ids_of(settings) if seat not in served]
    if idle:
        more = f" and {len(idle) - 1} more" if len(idle) > 1 else ""
        yield Problem(key=("seats", "ids"), sentence=f"seat {idle[0]}{more} is in no group and never gets a call; add it to a group")


def _idle_groups(settings: Settings) -> Iterator[Problem]:
    opened = {rung.group for _, rungs in settings.ladders.each() for rung in rungs}
    chosen = {target for menu in settings.ivr.menus.values() for target in (*menu.choices.values(), menu.otherwise)}
    for name in settings.groups:
        if name not in opened | chosen:
            yield Problem(key=("groups", name), sentence="no ladder and no menu opens it, so it gets no call; add it to one")


def _agents_can_be_anybody(settings: Settings) -> Iterator[Problem]:
    if not settings.seats.codes.enabled:
        return
    for number, agent in settings.agents.items():
        if agent.pin is None:
            yield Problem(key=("agents", number), sentence="has no pin, so whoever sits at a seat's phone can sign in as him; add one")
        if not number.isdecimal():
            yield Problem(key=("agents", number), sentence="is not all digits, so he cannot sign in at a phone; give him a number")


def _idle_menus(settings: Settings) -> Iterator[Problem]:
    played = {dialled.menu for dialled in settings.dialled.values() if dialled.ivr == "menu"}
    played |= {route.menu for route in settings.routes if route.ivr == "menu"}
    reached = {target for menu in settings.ivr.menus.values() for target in menu.choices.values()}
    for name in settings.ivr.menus:
        if name not in played | reached:
            yield Problem(key=("ivr", "menus", name), sentence="no dialled number and no menu leads here; name it under dialled")


def _idle_numbers(settings: Settings) -> Iterator[Problem]:
    if any(trunk.dialled is None for trunk in settings.trunks.values()):
        return
    accepted = {number for trunk in settings.trunks.values() for number in trunk.dialled or ()}
    for number in settings.dialled:
        if number not in accepted:
            yield Problem(key=("dialled", number), sentence="no trunk accepts this number; add it to a trunk's dialled")


def _trust(settings: Settings) -> Iterator[Problem]:
    if not any(trunk.trusted for trunk in settings.trunks.values()):
        sentence = "no trunk is trusted, so the whitelist never counts; set trusted: true where the carrier vouches for numbers"
        yield Problem(key=("trunks",), sentence=sentence)
    for name, trunk in settings.trunks.items():
        if not trunk.trusted:
            continue
        if trunk.number_from != "pai":
            sentence = f"takes {trunk.number_from} on a trusted trunk; anyone can write From, unless this carrier overwrites it"
            yield Problem(key=("trunks", name, "number_from"), sentence=sentence)
        for index, text in enumerate(trunk.match):
            if ipaddress.ip_network(text).num_addresses > WIDE:
                sentence = f"{text} is wide for a trusted trunk; name the carrier's own addresses"
                yield Problem(key=("trunks", name, "match", str(index)), sentence=sentence)


def _agi_is_open(settings: Settings) -> Iterator[Problem]:
    agi = settings.engine.agi
    for index, text in enumerate(agi.peers):
        network = ipaddress.ip_network(text)
        if not network.is_private:
            sentence = f"{text} is not a private network; FastAGI has no password, and who reaches it commands Asterisk"
            yield Problem(key=("engine", "agi", "peers", str(index)), sentence=sentence)
    for name, pbx in settings.asterisk.items():
        if _is_address(pbx.ami.host) and not any(_within(pbx.ami.host, peer) for peer in agi.peers):
            sentence = f"asterisk.{name} ({pbx.ami.host}) is not among them, so its calls are turned away; add it"
            yield Problem(key=("engine", "agi", "peers"), sentence=sentence)


def _nobody_left(settings: Settings) -> Iterator[Problem]:
    if settings.outbound is None:
        yield Problem(key=("outbound",), sentence="is not there, so no specialist and no call-back can be called; add outbound.address")
    if settings.fallback.duty_phone is None:
        yield Problem(key=("fallback",), sentence="there is no duty_phone, so a call that no seat takes reaches nobody; add one")
    if not settings.api.tokens:
        yield Problem(key=("api", "tokens"), sentence="there are no tokens, so nobody may use the API; add one under api.tokens")
    if not fallback_seats(settings):
        yield Problem(key=("fallback", "group"), sentence="the group has no seats; without an engine nobody answers")


def _times(settings: Settings) -> Iterator[Problem]:
    seats, conference = settings.seats, settings.conference
    if seats.no_ring_s >= seats.ring_s:
        sentence = f"{seats.no_ring_s:g} is not below seats.ring_s ({seats.ring_s:g}), so a dead phone is rung to the end"
        yield Problem(key=("seats", "no_ring_s"), sentence=sentence)
    if seats.ring_s >= settings.queue.max_wait_s:
        sentence = f"{settings.queue.max_wait_s:g} is not above seats.ring_s ({seats.ring_s:g}), so a call is offered once"
        yield Problem(key=("queue", "max_wait_s"), sentence=sentence)
    if _told_too_late(settings):
        sentence = f"{settings.queue.announce_after_s:g} is not below queue.max_wait_s, so no waiting caller is ever told his place"
        yield Problem(key=("queue", "announce_after_s"), sentence=sentence)
    if conference.total_s < conference.office_ring_s + conference.mobile_ring_s:
        sentence = f"{conference.total_s:g} is below office_ring_s + mobile_ring_s, so a mobile is not rung to the end"
        yield Problem(key=("conference", "total_s"), sentence=sentence)


def _told_too_late(settings: Settings) -> bool:
    told = [dialled.announce or settings.queue.announce for dialled in settings.dialled.values()]
    return set(told) != {"off"} and settings.queue.announce_after_s >= settings.queue.max_wait_s


def _secrets(settings: Settings) -> Iterator[Problem]:
    password = settings.seats.password
    if password is not None and "{seat}" not in password.get_secret_value():
        yield Problem(key=("seats", "password"), sentence="all seats' phones share one password; put {seat} in it")
    everywhere_loopback = all(_within(pbx.ami.host, "127.0.0.0/8") for pbx in settings.asterisk.values() if _is_address(pbx.ami.host))
    if settings.lab.auto_login and not everywhere_loopback:
        yield Problem(key=("lab", "auto_login"), sentence="any phone that registers takes calls; set it to false outside the lab")


def _witnesses(settings: Settings) -> Iterator[Problem]:
    seen: dict[Path, str] = {}
    for name, pbx in settings.asterisk.items():
        other = seen.setdefault(pbx.cdr_file, name)
        if other != name:
            sentence = f"{pbx.cdr_file} is also that of asterisk.{other}, so one of the two has no witness; give each its own"
            yield Problem(key=("asterisk", name, "cdr_file"), sentence=sentence)


def _folders(settings: Settings) -> Iterator[Problem]:
    for name, pbx in settings.asterisk.items():
        if not pbx.prompts_here.is_dir():
            sentence = f"the engine sees no folder {pbx.prompts_here}; make it, or correct it"
            yield Problem(key=("asterisk", name, "prompts_dir"), sentence=sentence)
        if (settings.recording.enabled or takes_voicemail(settings)) and not pbx.recordings_here.is_dir():
            sentence = f"the engine sees no folder {pbx.recordings_here}; make it, or correct it"
            yield Problem(key=("asterisk", name, "recordings_dir"), sentence=sentence)
        if not pbx.cdr_file.is_file():
            sentence = f"there is no {pbx.cdr_file} yet; without it the audit has no witness"
            yield Problem(key=("asterisk", name, "cdr_file"), sentence=sentence)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _within(host: str, network: str) -> bool:
    return ipaddress.ip_address(host) in ipaddress.ip_network(network)


_WARNINGS: Final[tuple[Callable[[Settings], Iterator[Problem]], ...]] = (
    _idle_seats,
    _idle_groups,
    _agents_can_be_anybody,
    _idle_menus,
    _idle_numbers,
    _trust,
    _agi_is_open,
    _nobody_left,
    _times,
    _secrets,
    _witnesses,
    _folders,
    _loose_deadlines,
    unheld_skills,
    *OPENING_WARNINGS,
)
