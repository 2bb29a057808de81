"""What `check` finds when it asks the live Asterisk: the dialplan, the endpoints and their guards, the version."""

import asyncio
from collections.abc import Iterator
from typing import Final

from calls.clock import SystemClock
from calls.errors import Fault, PbxFault, ZhidaError
from config.faults import Level, Problem
from config.settings import Settings
from config.telephony import PbxSettings
from engine.addresses import agi_addresses, login_of
from engine.site import site_of
from pbx.ami.link import AmiLink
from pbx.dialplan.comparing import contexts_of, differences, steps_of
from pbx.dialplan.render import render
from pbx.dialplan.site import Site
from pbx.registrations import peer_is_dead

_REACH_S: Final = 3.0
_LEAST_VERSION: Final = 22
_GUARDS: Final = {"trust_id_inbound": "false", "allow_transfer": "false"}
"""What keeps a caller's own headers from being believed, and a phone from moving a call."""
_OF_PEERS: Final = {"context": "zhida-across", "allow_transfer": "false"}

Found = tuple[Level, str]


def asterisk_fits(settings: Settings) -> Iterator[tuple[Level, Problem]]:
    """Each Asterisk of the configuration compared with what Zhida needs; one that cannot be reached is a warning."""
    for name, pbx in settings.asterisk.items():
        for level, sentence in asyncio.run(_compare(settings, pbx)):
            yield level, Problem(key=("asterisk", name), sentence=sentence)


async def _compare(settings: Settings, pbx: PbxSettings) -> list[Found]:
    link = AmiLink(login_of(pbx), clock=SystemClock())
    link.start()
    try:
        await link.wait_up(_REACH_S)
    except PbxFault as fault:
        refused = fault.code in {"ami_login_refused", "ami_wrong_systemname", "ami_not_booted"}
        level = Level.ERROR if refused else Level.WARNING
        return [(level, f"was not compared: {fault.sentence.rstrip('.')}")]
    else:
        return await _differences(link, site_of(settings, pbx, agi_addresses(settings)))
    finally:
        await link.close()


async def _differences(link: AmiLink, site: Site) -> list[Found]:
    found: list[Found] = []
    try:
        found += await _version(link)
        wanted = steps_of(render(site)["extensions_zhida.conf"])
        live = {}
        for context in contexts_of(wanted):
            for entry in await _dialplan(link, context):
                live[entry[0]] = entry[1]
        found += [(Level.ERROR, sentence) for sentence in differences(wanted, live)]
        found += await _endpoints(link, site)
    except ZhidaError as error:
        found.append((Level.ERROR, f"could not be compared to the end: {error.sentence.rstrip('.')}"))
    return found


async def _version(link: AmiLink) -> list[Found]:
    said = (await link.action("CoreSettings")).get("AsteriskVersion")
    major = said.partition(".")[0]
    if major.isdecimal() and int(major) >= _LEAST_VERSION:
        return []
    return [(Level.ERROR, f"is version {said or 'unknown'}; {_LEAST_VERSION} or later is needed")]


async def _dialplan(link: AmiLink, context: str) -> list[tuple[tuple[str, str, int], str]]:
    try:
        entries = await link.list_action("ShowDialPlan", Context=context)
    except Fault:
        return []  # no such context, which the comparison tells
    return [
        ((context, entry.get("Extension"), int(entry.get("Priority"))), f"{entry.get('Application')}({entry.get('AppData')})")
        for entry in entries
        if entry.get("Priority").isdecimal() and entry.get("Context") == context
    ]


async def _endpoints(link: AmiLink, site: Site) -> list[Found]:
    found: list[Found] = []
    needed = {f"zhida-{trunk.name}": {"context": f"zhida-from-{trunk.name}", **_GUARDS} for trunk in site.trunks}
    needed |= {peer.endpoint: _OF_PEERS for peer in site.peers}
    for endpoint, options in needed.items():
        for option, wanted in options.items():
            has = await _option(link, endpoint, option)
            if has is None:
                found.append((Level.ERROR, f"has no endpoint {endpoint}: include pjsip_zhida.conf and reload"))
                break
            if has != wanted:
                found.append((Level.ERROR, f"endpoint {endpoint} has {option}={has}; it must be {wanted}"))
    for peer in site.peers:
        if await peer_is_dead(link, peer.endpoint):
            sentence = f"gets no answer from asterisk.{peer.name} at {peer.address} (OPTIONS): let SIP and sound through between the two"
            found.append((Level.WARNING, sentence))
    contexts = {seat.name: await _option(link, seat.name, "context") for seat in site.seats}
    missing = [name for name, context in contexts.items() if context is None]
    elsewhere = [name for name, context in contexts.items() if context not in (None, site.seat_context)]
    if elsewhere:
        sentence = f"endpoint {elsewhere[0]} has context={contexts[elsewhere[0]]}; a seat's phone dials in {site.seat_context}"
        found.append((Level.WARNING, sentence))
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        found.append((Level.ERROR, f"has no endpoint for seat phone {missing[0]}{more}: include pjsip_zhida.conf and reload"))
    return found


async def _option(link: AmiLink, endpoint: str, option: str) -> str | None:
    """One of the endpoint's options, None where there is no such endpoint."""
    answer = await link.action("Getvar", Variable=f"PJSIP_ENDPOINT({endpoint},{option})")
    value = answer.get("Value")
    return value if answer.ok and value else None
