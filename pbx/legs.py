"""A conference's legs, by AMI (conference.legs.Legs)."""

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

import structlog

from calls.errors import PbxFault, Refused
from conference.errand import Attempt
from conference.transfer import Transfer
from pbx.ami.actions import AmiActions
from pbx.ami.gone import if_still_there
from pbx.ami.newcall import CallerId, NewCall, OrderedCall, OriginateReason
from pbx.speech import Speech
from tickets.manifests import consult_name

log = structlog.get_logger(__name__)

_CAUSES = {OriginateReason.BUSY: 17, OriginateReason.STILL_RINGING: 19, OriginateReason.HUNG_UP: 21}
"""OriginateResponse's reasons as the Q.850 causes a Hangup event would have brought."""
_FAILED_CAUSE = 38  # Q.850 "network out of order"
_TELL_S = 5.0
_TELL_MARGIN_S = 0.3
_MOST_WORDS = 3  # of what has piled up: the seat is to hear how it stands, not how it was
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
        self._said = 0
        self._to_say: dict[str, list[str]] = {}

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
        headers = {"X-Zhida-Call": room, **transfer.headers}
        call = NewCall(
            dial=transfer.device,
            context="zhida-room",
            exten="target",
            channel_id=transfer.transfer_id,
            timeout_s=transfer.ring_s,
            variables={
                "ZHIDA_ROOM": room,
                **self._recorded(room, transfer.transfer_id),
                **{f"PJSIP_HEADER(add,{name})": value for name, value in headers.items()},
            },
            caller_id=CallerId(number=transfer.shown_number or self.caller_id, name=transfer.shown_name),
        )
        await self._ordered(call)

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
        """See `Legs.say_to`. A Local channel plays with one half and whispers into the leg with the other."""
        if self._speech is None or not prompts:
            return
        waiting = self._to_say.get(leg)
        if waiting is not None:  # somebody says something to it already, and goes on with this
            waiting += prompts
            return
        self._to_say[leg] = []
        words = _latest(prompts)
        try:
            ordered = await self._whisper(leg, self._speech.sounds(words))
        except BaseException:
            del self._to_say[leg]
            raise
        task = asyncio.create_task(self._go_on_saying(leg, ordered, words, self._speech), name=f"tell {leg}")
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)

    async def _go_on_saying(self, leg: str, ordered: OrderedCall, words: Sequence[str], speech: Speech) -> None:
        """Until there is no more to say to the leg; what has piled up is said once each, the latest of it only."""
        try:
            while True:
                if not (await ordered.outcome()).answered:
                    log.warning("leg_not_told", leg=leg, code="not_answered")
                await asyncio.sleep(speech.seconds(words) + _TELL_MARGIN_S)
                if not (piled_up := self._to_say[leg]):
                    return
                words = _latest(piled_up)
                piled_up.clear()
                ordered = await self._whisper(leg, speech.sounds(words))
        except (PbxFault, Refused) as fault:
            log.warning("leg_not_told", leg=leg, code=fault.code)
        finally:
            del self._to_say[leg]

    async def _whisper(self, leg: str, sounds: Sequence[str]) -> OrderedCall:
        self._said += 1
        order = NewCall(
            dial="Local/whisper@zhida-tell/n",
            context="zhida-tell",
            exten="say",
            channel_id=f"tell-{self._said}-{leg}",
            timeout_s=_TELL_S,
            variables={"ZHIDA_SPIED": leg, "ZHIDA_SAY": "&".join(sounds)},
        )
        return await self._actions.order_call(order)

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


def _latest(words: Sequence[str]) -> list[str]:
    """Each once, and of many the last ones."""
    return list(dict.fromkeys(reversed(words)))[_MOST_WORDS - 1 :: -1]
