"""A seat that was to go into its call's room, and whose mover died before he moved it, is moved when it is found so twice."""

from types import SimpleNamespace
from typing import Any

from engine.mailbox import PostOffice
from engine.reconcile import Reconciler
from pbx.ami.messages import AmiResponse
from routing.waiting import CallState
from tests.unit.conference.stage import CALL, SEAT_LEG, Room


class Link:
    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []

    async def action(self, name: str, **headers: object) -> AmiResponse:
        self.asked.append((name, headers["Channel"]))
        return AmiResponse(ok=True, message="", headers={})


def snapshot(bridges: dict[str, str]) -> Any:  # noqa: ANN401  a part of pbx.ami.snapshot.Snapshot
    return SimpleNamespace(channels={leg: SimpleNamespace(bridge_id=bridge) for leg, bridge in bridges.items()})


async def test_a_held_call_whose_seat_still_talks_with_the_caller() -> None:
    room, link = Room(), Link()
    assert room.live is not None
    await room.change(CALL, expect=CallState.TALKING, state=CallState.HELD, room=CALL)
    reconciler = Reconciler(link=link, waiting=room, phones=None, post=PostOffice())  # type: ignore[arg-type]
    together = snapshot({CALL: "b1", SEAT_LEG: "b1"})
    await reconciler._bring_in([room.live], together, {})
    assert link.asked == []  # it may be on its way
    await reconciler._bring_in([room.live], together, {})
    assert link.asked == [("Redirect", "PJSIP/8001-1")]


async def test_who_is_in_the_room_or_on_music_is_left_alone() -> None:
    room, link = Room(), Link()
    await room.change(CALL, expect=CallState.TALKING, state=CallState.THREE_WAY, room=CALL)
    assert room.live is not None
    reconciler = Reconciler(link=link, waiting=room, phones=None, post=PostOffice())  # type: ignore[arg-type]
    for _ in range(3):
        await reconciler._bring_in([room.live], snapshot({CALL: "b1", SEAT_LEG: "b1"}), {CALL: {CALL, SEAT_LEG}})
        await reconciler._bring_in([room.live], snapshot({CALL: "", SEAT_LEG: "b2"}), {})
    assert link.asked == []
