"""A device under which several telephones are registered: Dial() of its name rings one of them, so each is named by its contact."""

import re
from dataclasses import replace
from typing import Final

from calls.errors import PbxFault, Refused
from pbx.ami.actions import AmiActions
from pbx.ami.newcall import NewCall

CONTACT: Final = re.compile(r"PJSIP/[A-Za-z0-9_-]{1,40}/sips?:[A-Za-z0-9._~%+*:;=@\[\]-]{1,200}\Z")
"""What a telephone registered as, where it can stand in a Dial(): nothing that ends an argument or begins another telephone."""
_OF_OTHERS: Final = "@"  # a device of another Asterisk, which knows its telephones


def asks_contacts(device: str) -> str:
    """The function that tells where to ring all of a device's telephones; "" where it is another Asterisk's."""
    return "" if _OF_OTHERS in device else f"PJSIP_DIAL_CONTACTS({device.removeprefix('PJSIP/')})"


def each_contact(device: str, said: str) -> list[str]:
    """What rings each telephone of the device, by what that function said; the device itself where that names none."""
    return [contact for contact in said.split("&") if CONTACT.match(contact)] or [device]


async def to_all(actions: AmiActions, call: NewCall, devices: str) -> NewCall:
    """The order by which every telephone of these devices (joined by &) rings, and who answers first has the call.

    One telephone is rung as it is; several by a Local channel whose other half dials them (extensions_zhida.conf).
    """
    ring = [contact for device in devices.split("&") for contact in each_contact(device, await _said(actions, device))]
    if len(ring) == 1:
        return replace(call, dial=devices)
    other = f"dials-{call.channel_id}"  # it begins like nobody's leg: what is looked for by the beginning of its id is the call's own
    return replace(call, dial="Local/ring@zhida-several/n", other_id=other, variables={**call.variables, "ZHIDA_TO": "&".join(ring)})


async def _said(actions: AmiActions, device: str) -> str:
    function = asks_contacts(device)
    try:
        return await actions.get_global(function) if function else ""
    except (PbxFault, Refused):
        return ""  # the order itself tells what is wrong
