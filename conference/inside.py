"""What goes on in a call beside its hunt, as one document that lives with the call: who is muted, who hands on, where it goes.

Like the errand it survives the engine: whoever takes the call over goes on from here.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Self

from calls.events import Event
from conference.transfer import Transfer
from routing.waiting import LiveCall, WaitingRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Everything of a call's conference that is not in its errand.

    Args:
        muted: uniqueids of legs that are not to be heard.
        handed_by: the attempt whose specialist asked for a colleague, "" where none did; the hunt then needs no seat.
        transfer: the one that is asked for, or was the last.
    """

    muted: tuple[str, ...] = ()
    handed_by: str = ""
    transfer: Transfer | None = None

    def with_muted(self, leg: str, *, muted: bool) -> Self:
        """The same with that leg muted, or heard again."""
        others = tuple(one for one in self.muted if one != leg)
        return replace(self, muted=(*others, leg) if muted else others)

    def with_transfer(self, transfer: Transfer) -> Self:
        """The same with this transfer."""
        return replace(self, transfer=transfer)

    def to_json(self) -> str:
        """The document; equal ones give equal text, and "" is one with nothing in it."""
        return json.dumps(asdict(self), ensure_ascii=False) if self != type(self)() else ""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Of such a document."""
        row = json.loads(text) if text else {}
        transfer = row.get("transfer")
        return cls(
            muted=tuple(row.get("muted", ())),
            handed_by=row.get("handed_by", ""),
            transfer=Transfer.from_row(transfer) if transfer is not None else None,
        )


async def revise_inside(
    waiting: WaitingRoom, call_id: str, revise: Callable[[LiveCall, Inside], Inside | None], facts: Sequence[Event] = ()
) -> Inside | None:
    """Apply `revise` to what is inside the call at the moment it is written; its state stays.

    None where nothing was written: `revise` gave None, or the call is over.
    """
    while (call := await waiting.call(call_id)) is not None:
        inside = revise(call, Inside.from_json(call.inside))
        if inside is None:
            return None
        written = await waiting.change(
            call_id, expect=call.state, state=call.state, inside=inside.to_json(), expect_inside=call.inside, facts=facts
        )
        if written:
            return inside
    return None
