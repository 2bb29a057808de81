"""A conference's legs, by AMI (conference.legs.Legs)."""

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import structlog

from calls.errors import PbxFault
from conference.errand import Attempt
from conference.transfer import TargetKind, Transfer
from pbx.ami.actions import AmiActions
from pbx.ami.gone import if_still_there
from pbx.ami.newcall import CallerId, NewCall, OrderedCall, OriginateReason
from pbx.contacts import to_all
from pbx.speech import Speech
from pbx.whispers import Whispers
from tickets.manifests import consult_name

log = structlog.get_logger(__name__)

_CAUSES = {OriginateReason.BUSY: 17, OriginateReason.STILL_RINGING: 19, OriginateReason.HUNG_UP: 21}
"""OriginateResponse's reasons as the Q.850 causes a Hangup event would have brought."""
_FAILED_CAUSE = 38  # Q.850 "network out of order"
_HANGUP_FOLLOWS_S = 0.5  # a refused leg's Hangup event comes some ms behind an OriginateResponse that gives no reason


class PbxLegs:
    """Moves, rings and ends legs on one Asterisk.

    Args:
        outside: number as the outside trunk wants it -> the device that rings it.
        caller_id: number shown to specialists.
        recordings: folder for the consults' recordings as Asterisk sees it; "" records none.
        unanswered: told of a specialist's leg that never came to be answered, perhaps not the first to tell: leg, Q.850 cause.
        speech: what specialists and seats are told in; without it a specialist hears what the dialplan names, and a seat nothing.
    """

    def __init__(
        self,
        actions: AmiActions,
        *,
        outside: Callable[[str], str],
        caller_id: str,
        unanswered: Callable[[str, int], None],
        recordings: str = "",
        speech: Speech | None = None,
    ) -> None:
        self._actions = actions
        self._outside = outside
        self.caller_id = caller_id
        self._unanswered = unanswered
        self.recordings = recordings
        self._orders: set[asyncio.Task[None]] = set()
        self._speech = speech
        self._whispers = Whispers(actions, speech) if speech is not None else None

    async def into_room(self, room: str, channel: str) -> None:
        """See `Legs.into_room`."""
        await self._actions.redirect(channel, context="zhida-room", exten="leg")

    async def ring_specialist(self, attempt: Attempt, room: str) -> None:
        """See `Legs.ring_specialist`."""
        call = NewCall(
            dial=self._outside(attempt.number),
            context="zhida-specialist",
            exten="ask",
            channel_id=attempt.attempt_id,
            timeout_s=attempt.ring_s,
            variables={"ZHIDA_ROOM": room, "ZHIDA_ASK": await self._brief(attempt), **self._recorded(room, attempt.attempt_id)},
            caller_id=CallerId(number=self.caller_id),
        )
        await self._ordered(call)

    async def ring_target(self, transfer: Transfer, room: str) -> None:
        """See `Legs.ring_target`."""
        call = NewCall(
            dial=transfer.device,
            context="zhida-room",
            exten="target",
            channel_id=transfer.transfer_id,
            timeout_s=transfer.ring_s,
            variables={"ZHIDA_ROOM": room, **self._recorded(room, transfer.transfer_id)},
            caller_id=CallerId(number=transfer.shown_number or self.caller_id, name=transfer.shown_name),
        )
        if transfer.kind is TargetKind.SEAT:
            call = await to_all(self._actions, call, transfer.device)
        headers = {"X-Zhida-Call": room, **transfer.headers}
        several = call.dial != transfer.device  # their legs get the header in the dialplan
        more = {"__ZHIDA_CALL": room} if several else {f"PJSIP_HEADER(add,{name})": value for name, value in headers.items()}
        await self._ordered(replace(call, variables={**call.variables, **more}))

    async def _ordered(self, call: NewCall) -> None:
        ordered = await self._actions.order_call(call)
        task = asyncio.create_task(self._outcome(call.channel_id, ordered), name=f"ring {call.channel_id}")
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)

    def _recorded(self, room: str, leg: str) -> dict[str, str]:
        """What the dialplan records this leg by, once it is in the room (extensions_zhida.conf)."""
        return {"ZHIDA_CONSULT": f"{self.recordings}/{consult_name(room, leg)}"} if self.recordings else {}

    async def _brief(self, attempt: Attempt) -> str:
        return "&".join(await self._speech.brief(attempt)) if self._speech is not None else ""

    async def dismiss(self, leg: str, *, taken: bool) -> None:
        """See `Legs.dismiss`."""
        with if_still_there(leg):
            await self._actions.redirect(leg, context="zhida-specialist", exten="taken" if taken else "over")

    async def say_to(self, leg: str, prompts: Sequence[str]) -> None:
        """See `Legs.say_to`."""
        if self._whispers is not None and prompts:
            await self._whispers.say_to(leg, prompts)

    async def say_to_all(self, legs: Sequence[str], prompts: Sequence[str]) -> None:
        """See `Legs.say_to_all`."""
        if self._whispers is not None:
            await self._whispers.say_to_all(legs, prompts)

    async def hang_up(self, leg: str) -> None:
        """See `Legs.hang_up`."""
        with if_still_there(leg):
            await self._actions.hangup(leg)

    async def out_of_room(self, room: str, channel: str) -> None:
        """See `Legs.out_of_room`."""
        with if_still_there(channel):
            await self._actions.confbridge_kick(room, channel)

    async def mute(self, room: str, leg: str, *, muted: bool) -> None:
        """See `Legs.mute`."""
        for member in await self._actions.confbridge_list(room):
            if member.uniqueid == leg and member.muted is not muted:
                with if_still_there(leg):
                    await self._actions.confbridge_mute(room, member.channel, muted=muted)

    async def members(self, room: str) -> AbstractSet[str]:
        """See `Legs.members`."""
        return {member.uniqueid for member in await self._actions.confbridge_list(room)}

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        """See `RecordingSwitch.mute_recording`."""
        await self._actions.mixmonitor_mute(channel, muted=muted)

    async def there(self, room: str) -> AbstractSet[str]:
        """See `Legs.there`."""
        return {leg.uniqueid for leg in await self._actions.core_show_channels()}

    async def _outcome(self, leg: str, ordered: OrderedCall) -> None:
        try:
            originated = await ordered.outcome()
        except PbxFault as fault:
            log.warning("ring_outcome_unknown", leg=leg, code=fault.code)
            return
        if originated.answered:
            return
        if originated.reason not in _CAUSES:
            await asyncio.sleep(_HANGUP_FOLLOWS_S)  # it knows the cause; there is none where no channel could be made
        self._unanswered(leg, _CAUSES.get(originated.reason, _FAILED_CAUSE))
