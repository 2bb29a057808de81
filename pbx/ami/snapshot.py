"""What Asterisk holds at one moment: the ground that the engine's state is reconciled with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from calls.clock import Clock
from pbx.ami.listed import DeviceState, ListedChannel, RoomMember
from pbx.ami.messages import AmiResponse
from pbx.ami.replies import require_ok
from pbx.ami.wire import HeaderValue


class Asked(Protocol):
    """The part of `AmiLink` that a snapshot needs."""

    async def action(self, name: str, /, *, deadline_s: float | None = None, **headers: HeaderValue) -> AmiResponse:
        """See `AmiLink.action`."""
        ...

    async def listing(self, name: str, /, *, deadline_s: float | None = None, **headers: HeaderValue) -> AmiResponse:
        """See `AmiLink.listing`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Channels, rooms and devices. Asterisk's lists may be ahead of events still under way; events then tell old news.

    Args:
        taken_at: when the first question was asked.
        pbx_started: Asterisk's start time, in its own words; another one than before means that every earlier call is over.
        channels: by uniqueid.
        rooms: the members of each room.
        devices: by device name ("PJSIP/8001").
        missing: entries that could not be believed. With any, absence proves nothing: end no call because it is not here.
    """

    taken_at: datetime
    pbx_started: str
    channels: Mapping[str, ListedChannel]
    rooms: Mapping[str, tuple[RoomMember, ...]]
    devices: Mapping[str, DeviceState]
    missing: int


async def take_snapshot(link: Asked, *, clock: Clock, devices: Collection[str]) -> Snapshot:
    """Ask for everything, channels first.

    Raises: as `AmiLink.list_action`.
    """
    taken_at = clock.now()
    status = require_ok("CoreStatus", await link.action("CoreStatus"))
    channels = await link.listing("CoreShowChannels")
    rooms = await link.listing("ConfbridgeListRooms")
    names = [room.get("Conference") for room in rooms.items]
    members = {name: await link.listing("ConfbridgeList", Conference=name) for name in names}
    states = await link.listing("DeviceStateList")
    known = {state.get("Device"): DeviceState.of(state.get("State")) for state in states.items}
    asked = {device: await ask_device_state(link, device) for device in devices if device not in known}
    listed = (ListedChannel.of(entry) for entry in channels.items)
    return Snapshot(
        taken_at=taken_at,
        pbx_started=f"{status.get('CoreStartupDate')} {status.get('CoreStartupTime')}",
        channels={channel.uniqueid: channel for channel in listed},
        rooms={name: tuple(RoomMember.of(entry) for entry in answer.items) for name, answer in members.items()},
        devices={**known, **asked},
        missing=sum(answer.missing for answer in (channels, rooms, states, *members.values())),
    )


async def ask_device_state(link: Asked, device: str) -> DeviceState:
    """The state of one device, which DeviceStateList only has where it is cached.

    Raises: as `AmiLink.action`.
    """
    answer = await link.action("Getvar", Variable=f"DEVICE_STATE({device})")
    return DeviceState.of(require_ok("Getvar", answer).get("Value"))
