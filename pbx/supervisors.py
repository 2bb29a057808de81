"""Supervisors' legs, by AMI (conference.supervision.SupervisorLegs)."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from calls.errors import PbxFault
from conference.supervision import Mode, Supervision
from pbx.ami.actions import AmiActions
from pbx.ami.gone import if_still_there
from pbx.ami.newcall import CallerId, NewCall, OrderedCall
from pbx.contacts import to_all

log = structlog.get_logger(__name__)

_CONTEXT: Final = "zhida-supervise"  # extensions_zhida.conf; a mode is an extension there
_RING_S: Final = 25.0


class PbxSupervisors:
    """Rings, turns and ends supervisors' legs on one Asterisk.

    Args:
        unanswered: told of a leg that never came to be answered, perhaps not the first to tell.
    """

    def __init__(self, actions: AmiActions, *, unanswered: Callable[[str], None]) -> None:
        self._actions = actions
        self._unanswered = unanswered
        self._orders: set[asyncio.Task[None]] = set()

    async def ring(self, supervision: Supervision, device: str) -> None:
        """See `SupervisorLegs.ring`."""
        call = NewCall(
            dial=device,
            context=_CONTEXT,
            exten=Mode.LISTEN,
            channel_id=supervision.leg,
            timeout_s=_RING_S,
            variables={"ZHIDA_SPIED": supervision.spied, "ZHIDA_ROOM": supervision.call_id},
            caller_id=CallerId(number=supervision.seat_id, name=f"{supervision.mode} {supervision.seat_id}".strip()),
        )
        ordered = await self._actions.order_call(await to_all(self._actions, call, device))
        task = asyncio.create_task(self._outcome(supervision.leg, ordered), name=f"ring {supervision.leg}")
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)

    async def turn(self, supervision: Supervision) -> None:
        """See `SupervisorLegs.turn`."""
        await self._actions.set_variable(supervision.leg, "ZHIDA_SPIED", supervision.spied)
        await self._actions.redirect(supervision.leg, context=_CONTEXT, exten=supervision.mode)

    async def hang_up(self, leg: str) -> None:
        """See `SupervisorLegs.hang_up`."""
        with if_still_there(leg):
            await self._actions.hangup(leg)

    async def _outcome(self, leg: str, ordered: OrderedCall) -> None:
        try:
            if not (await ordered.outcome()).answered:
                self._unanswered(leg)
        except PbxFault as fault:
            log.warning("ring_outcome_unknown", leg=leg, code=fault.code)  # reconciliation sees whether the leg is there
