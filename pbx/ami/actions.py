"""What the engine asks of Asterisk, each with what may be asked; with `newcall`, the only place that knows the actions' headers."""

from typing import Literal

from calls.errors import Refused
from pbx.ami.arguments import DEVICE, READABLE, VARIABLE, checked, leg, place
from pbx.ami.link import AmiLink
from pbx.ami.listed import DeviceState, ListedChannel, RoomMember
from pbx.ami.newcall import NewCall, OrderedCall, Originated
from pbx.ami.replies import require_ok
from pbx.ami.snapshot import ask_device_state

NORMAL_CLEARING = 16  # Q.850; none at all, or 26, would look like a broken seat in DIALSTATUS

_ALL_LEGS = frozenset({"all", "participants"})


class AmiActions:
    """Asterisk's actions in the engine's words.

    All raise PbxFault (`ami_down`, `ami_timeout`, `ami_busy`, `ami_not_permitted`…), Refused for an argument that cannot be
    sent, and what `replies.REFUSALS` tells apart: LegGone, NotFound.
    """

    def __init__(self, link: AmiLink) -> None:
        self._link = link

    async def redirect(self, target: str, *, context: str, exten: str, priority: int = 1) -> None:
        """Send the leg (channel or uniqueid) to another place of the dialplan, out of whatever it is in.

        Asterisk accepts a place that does not exist, and then hangs the leg up.
        """
        answer = await self._link.action("Redirect", Channel=leg(target), Context=place(context), Exten=place(exten), Priority=priority)
        require_ok("Redirect", answer)

    async def hangup(self, target: str, *, cause: int = NORMAL_CLEARING) -> None:
        """Hang the leg (channel or uniqueid) up, with this Q.850 cause."""
        require_ok("Hangup", await self._link.action("Hangup", Channel=leg(target), Cause=cause))

    async def originate(self, call: NewCall) -> Originated:
        """Place the call; returns when it was answered, or was not."""
        return await (await self.order_call(call)).outcome()

    async def order_call(self, call: NewCall) -> OrderedCall:
        """Place the call; returns once Asterisk took the order.

        A phone that is not registered gets no channel and so no events: only the outcome tells of it.
        """
        return OrderedCall(await self._link.originate(outcome_s=call.outcome_s, **call.headers()))

    async def confbridge_kick(self, room: str, channel: str) -> None:
        """Put one leg out of the room; it goes on in the dialplan or in its AGI. `channel` is its exact name, no uniqueid.

        Raises: NotFound: `room_not_found`, `not_in_room`: it left by itself.
        """
        if channel in _ALL_LEGS:
            raise Refused("bad_channel", f"{channel!r} means more than one leg; kick them one by one.")
        answer = await self._link.action("ConfbridgeKick", Conference=place(room), Channel=leg(channel))
        require_ok("ConfbridgeKick", answer)

    async def confbridge_mute(self, room: str, channel: str, *, muted: bool) -> None:
        """Let one leg of the room be heard no more, or again. `channel` is its exact name, no uniqueid.

        Raises: NotFound: as `confbridge_kick`.
        """
        if channel in _ALL_LEGS:
            raise Refused("bad_channel", f"{channel!r} means more than one leg; mute them one by one.")
        action = "ConfbridgeMute" if muted else "ConfbridgeUnmute"
        require_ok(action, await self._link.action(action, Conference=place(room), Channel=leg(channel)))

    async def confbridge_list(self, room: str) -> list[RoomMember]:
        """Who is in the room; nobody where there is no such room."""
        return [RoomMember.of(entry) for entry in await self._link.list_action("ConfbridgeList", Conference=place(room))]

    async def core_show_channels(self) -> list[ListedChannel]:
        """Every leg there is."""
        return [ListedChannel.of(entry) for entry in await self._link.list_action("CoreShowChannels")]

    async def device_state(self, device: str) -> DeviceState:
        """The state of one device ("PJSIP/8001"), from its source rather than from the cache."""
        return await ask_device_state(self._link, checked(DEVICE, device, "device"))

    async def device_states(self) -> dict[str, DeviceState]:
        """The state of every device that ever changed its state since Asterisk's start; others are not in it."""
        entries = await self._link.list_action("DeviceStateList")
        return {entry.get("Device"): DeviceState.of(entry.get("State")) for entry in entries}

    async def set_variable(self, target: str, name: str, value: str) -> None:
        """Set a channel variable of the leg (channel or uniqueid). `value` is a leg's or a place's name, nothing a caller could write."""
        answer = await self._link.action("Setvar", Channel=leg(target), Variable=checked(VARIABLE, name, "variable name"), Value=leg(value))
        require_ok("Setvar", answer)

    async def get_variable(self, target: str, name: str) -> str:
        """A variable or function of the leg, like CHANNEL(appdata); "" where it is not set. `name` is nothing a caller could write.

        Raises: LegGone.
        """
        answer = await self._link.action("Getvar", Channel=leg(target), Variable=checked(READABLE, name, "variable or function"))
        return require_ok("Getvar", answer).get("Value")

    async def get_global(self, name: str) -> str:
        """The same of one that needs no leg, like PJSIP_DIAL_CONTACTS(8001)."""
        answer = await self._link.action("Getvar", Variable=checked(READABLE, name, "variable or function"))
        return require_ok("Getvar", answer).get("Value")

    async def set_global(self, name: str, value: str) -> None:
        """Set a variable that every channel sees. `value` is an address or a name, nothing a caller could write."""
        answer = await self._link.action("Setvar", Variable=checked(VARIABLE, name, "variable name"), Value=leg(value))
        require_ok("Setvar", answer)

    async def absolute_timeout(self, target: str, *, seconds: int) -> None:
        """Have Asterisk hang the leg up after so long, whatever becomes of the engine; 0 takes it back."""
        require_ok("AbsoluteTimeout", await self._link.action("AbsoluteTimeout", Channel=leg(target), Timeout=seconds))

    async def mixmonitor_mute(self, target: str, *, muted: bool, direction: Literal["read", "write", "both"] = "both") -> None:
        """Have the leg's recording go on with silence, or with sound again; "read" is what the leg says.

        Raises: NotFound: `no_recording`.
        """
        answer = await self._link.action("MixMonitorMute", Channel=leg(target), Direction=direction, State=int(muted))
        require_ok("MixMonitorMute", answer)
