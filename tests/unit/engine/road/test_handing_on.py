"""A caller is handed on, and on the way something breaks: he always hears somebody or music, and never loses his place."""

import pytest

from calls.errors import Conflict, NotFound, PbxFault
from conference.inside import Inside
from conference.transfer import TargetKind, TransferTarget
from routing.waiting import CallState
from seats.state import SeatState
from tests.unit.engine.road.exchange import Caller
from tests.unit.engine.road.exchange import Phone as Telephone
from tests.unit.engine.road.stage import Stage

NUMBER = "051586660003"
OUTSIDE = f"PJSIP/{NUMBER}@zhida-outside"


class Talk:
    """A caller who talks with seat 8001; others are at 8002 (priority too) and 8004."""

    def __init__(self, stage: Stage, seat: Telephone, caller: Caller) -> None:
        self.stage, self.seat, self.caller = stage, seat, caller
        self.far = stage.exchange.phone(OUTSIDE)

    @property
    def desk(self):  # type: ignore[no-untyped-def]  # noqa: ANN201  the engine that is there
        return next(engine for engine in self.stage.engines if engine.accepts).conferences

    async def handed(self, kind: TargetKind, value: str, *, announced: bool = False) -> None:
        target = TransferTarget(kind=kind, value=value)
        await self.desk.transfer(self.caller.uniqueid, target, announced=announced, by="agent", summary="退税")

    def transfer_state(self) -> str:
        transfer = Inside.from_json(self.stage.live(self.caller).inside).transfer
        assert transfer is not None
        return str(transfer.state)

    async def is_with(self, where: str, *, within_s: float = 30) -> None:
        await self.stage.until(lambda: self.caller.where == where, within_s=within_s)

    def served(self) -> list[str]:
        facts = self.stage.redis.model.facts
        return [str(fact["seat_id"]) for fact in facts if fact["kind"] == "answered" and fact["call_id"] == self.caller.uniqueid]


async def a_talk(stage: Stage) -> Talk:
    seat = await stage.seat("8001", answers_after_s=1)
    caller = stage.calls()
    await stage.talks(caller, "8001")
    return Talk(stage, seat, caller)


async def test_to_a_seat(stage: Stage) -> None:
    talk = await a_talk(stage)
    other = await stage.seat("8004", answers_after_s=1)
    rank = stage.live(talk.caller).rank_ms
    await talk.handed(TargetKind.SEAT, "8004")
    await talk.is_with("8004")
    assert (stage.live(talk.caller).rank_ms, stage.live(talk.caller).seat_id) == (rank, "8004")
    assert stage.seat_state("8001") is SeatState.READY
    other.hang_up()
    await stage.over(talk.caller)
    assert (stage.end_reason(talk.caller), talk.served()) == ("completed", ["8001", "8004"])


async def test_a_seat_that_declines_leaves_him_to_another_before_the_one_he_came_from(stage: Stage) -> None:
    talk = await a_talk(stage)
    await stage.seat("8004", declines_after_s=1)
    await talk.handed(TargetKind.SEAT, "8004")
    await stage.passes(2)
    await stage.seat("8002", answers_after_s=1)
    await talk.is_with("8002")
    assert talk.served() == ["8001", "8002"]


async def test_where_only_the_one_he_came_from_is_left_he_comes_back_to_it(stage: Stage) -> None:
    talk = await a_talk(stage)
    await stage.seat("8004", declines_after_s=1)
    await talk.handed(TargetKind.SEAT, "8004")
    await stage.passes(0.5)
    await stage.until(lambda: talk.served() == ["8001", "8001"], within_s=30)


async def test_to_a_group_alone_first_and_then_to_those_of_his_ladder_too(stage: Stage) -> None:
    talk = await a_talk(stage)
    other = await stage.seat("8011")
    await talk.handed(TargetKind.GROUP, "general")
    await stage.until(lambda: other.rings)
    assert [rung.group for rung in stage.live(talk.caller).ladder][:2] == ["general", "priority"]
    await stage.passes(16)
    await talk.is_with("8001", within_s=60)


async def test_the_recording_is_begun_anew_behind_each_talk_in_the_same_files(stage: Stage) -> None:
    talk = await a_talk(stage)
    await stage.seat("8004", declines_after_s=1)
    await stage.seat("8002", answers_after_s=1)
    talk.caller.commands.clear()
    await talk.handed(TargetKind.SEAT, "8004")
    await talk.is_with("8002")
    assert [command for command in talk.caller.commands if command.startswith("EXEC")] == [
        "EXEC StartMusicOnHold",
        "EXEC StopMixMonitor",
        "EXEC Wait",
        "EXEC MixMonitor",
        "EXEC Dial",
        "EXEC Dial",
    ]
    await stage.until(lambda: stage.state(talk.caller) is CallState.TALKING)
    talk.far.answers_after_s = 1
    await talk.handed(TargetKind.NUMBER, NUMBER)
    await stage.until(lambda: stage.state(talk.caller) is CallState.OUTSIDE)
    assert (talk.caller.monitors, talk.caller.files_begun) == (3, 1)


async def test_a_pause_lasts_over_a_transfer_until_it_is_ended(stage: Stage) -> None:
    talk = await a_talk(stage)
    other = await stage.seat("8004", declines_after_s=300)
    desk, call_id = stage.engines[0].road.desk.recording, talk.caller.uniqueid
    await desk.pause(call_id, by="agent")
    await talk.handed(TargetKind.SEAT, "8004")
    await stage.until(lambda: other.rings)
    assert stage.exchange.silent[call_id]
    assert stage.state(talk.caller) is CallState.OFFERED
    await stage.passes(desk.longest_s)
    await desk.end_overdue()
    assert not stage.exchange.silent[call_id]
    assert stage.kinds(talk.caller).count("recording_resumed") == 1


async def test_a_secret_is_rather_not_recorded_at_all(stage: Stage) -> None:
    talk = await a_talk(stage)
    other = await stage.seat("8004", declines_after_s=300)
    desk = stage.engines[0].road.desk.recording
    await desk.pause(talk.caller.uniqueid, by="agent")
    await talk.handed(TargetKind.SEAT, "8004")
    stage.exchange.link_up = False
    await stage.until(lambda: other.rings)
    assert talk.caller.uniqueid not in stage.exchange.silent


async def test_to_a_number(stage: Stage) -> None:
    talk = await a_talk(stage)
    talk.far.answers_after_s = 1
    await talk.handed(TargetKind.NUMBER, NUMBER)
    await stage.until(lambda: stage.state(talk.caller) is CallState.OUTSIDE)
    talk.far.hang_up()
    await stage.over(talk.caller)
    assert talk.served() == ["8001", "outside"]
    assert stage.kinds(talk.caller)[-2:] == ["transfer_ended", "ended"]


async def test_a_number_that_nobody_answers_leaves_him_to_the_seats(stage: Stage) -> None:
    talk = await a_talk(stage)
    await stage.seat("8002", answers_after_s=1)
    await talk.handed(TargetKind.NUMBER, NUMBER)
    await talk.is_with("8002", within_s=60)
    assert stage.redis.fact(talk.caller.uniqueid, "transfer_ended")["outcome"] == "no_answer"


async def test_a_caller_who_hangs_up_on_his_way_is_gone_everywhere(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.handed(TargetKind.NUMBER, NUMBER)
    await stage.until(lambda: talk.far.rings)
    talk.caller.hang_up()
    await stage.over(talk.caller)
    assert stage.end_reason(talk.caller) == "completed"


async def test_a_seat_that_vanishes_from_a_held_caller_leaves_him_to_the_next(stage: Stage) -> None:
    talk = await a_talk(stage)
    other = await stage.seat("8002", answers_after_s=1)
    await talk.desk.hold(talk.caller.uniqueid)
    await stage.until(lambda: talk.caller.where == "music")
    talk.seat.hang_up()
    await talk.is_with("8002")
    other.hang_up()
    await stage.over(talk.caller)
    assert talk.served() == ["8001", "8002"]


async def test_handed_on_twice(stage: Stage) -> None:
    talk = await a_talk(stage)
    await stage.seat("8004", answers_after_s=1)
    await talk.handed(TargetKind.SEAT, "8004")
    await talk.is_with("8004")
    await stage.until(lambda: stage.state(talk.caller) is CallState.TALKING)
    talk.far.answers_after_s = 1
    await talk.handed(TargetKind.NUMBER, NUMBER)
    await stage.until(lambda: stage.state(talk.caller) is CallState.OUTSIDE)
    assert talk.served() == ["8001", "8004", "outside"]


async def test_announced_and_completed_the_second_seat_has_him(stage: Stage) -> None:
    talk = await a_talk(stage)
    other = await stage.seat("8004", answers_after_s=1)
    await talk.handed(TargetKind.SEAT, "8004", announced=True)
    await stage.until(lambda: stage.seat_state("8004") is SeatState.TALKING)
    await stage.until(lambda: talk.transfer_state() == "joined")
    await talk.desk.complete(talk.caller.uniqueid)
    await stage.until(lambda: talk.caller.where.startswith("room"))
    assert stage.live(talk.caller).seat_id == "8004"
    other.hang_up()
    await stage.over(talk.caller)
    assert (stage.end_reason(talk.caller), talk.served()) == ("completed", ["8001", "8004"])
    assert {stage.seat_state("8001"), stage.seat_state("8004")} == {SeatState.READY}


@pytest.mark.parametrize("after_s", [0.0, 0.0005, 0.001, 0.002, 0.005, 0.02, 0.5, 1.5, 4.0])
@pytest.mark.parametrize(("kind", "value"), [(TargetKind.SEAT, "8004"), (TargetKind.GROUP, "qilai"), (TargetKind.NUMBER, NUMBER)])
async def test_whenever_his_engine_dies_somebody_takes_him(stage: Stage, kind: TargetKind, value: str, after_s: float) -> None:
    await stage.engine_starts()
    talk = await a_talk(stage)
    await stage.seat("8004", answers_after_s=2)
    talk.far.answers_after_s = 2
    await talk.handed(kind, value)
    await stage.passes(after_s)
    stage.engines[0].kill()
    await stage.until(lambda: talk.caller.where in ("8004", NUMBER + "@zhida-outside", "8001"), within_s=90)
    await stage.passes(12)
    assert talk.caller.where in ("8004", NUMBER + "@zhida-outside")
    assert not talk.caller.gone.is_set()


@pytest.mark.parametrize("after_s", [0.0, 0.0005, 0.001, 0.002, 0.005, 0.5, 1.5, 3.0])
async def test_whenever_the_engine_of_an_announced_transfer_dies_nobody_is_lost(stage: Stage, after_s: float) -> None:
    await stage.engine_starts()
    talk = await a_talk(stage)
    other = await stage.seat("8004", answers_after_s=2)
    await talk.handed(TargetKind.SEAT, "8004", announced=True)
    await stage.passes(after_s)
    stage.engines[0].kill()
    await stage.passes(20)
    assert talk.caller.where == "music"
    assert talk.seat.talks
    if talk.transfer_state() == "joined":
        await talk.desk.complete(talk.caller.uniqueid)
        await stage.until(lambda: talk.caller.where.startswith("room"))
        other.hang_up()
    else:
        await talk.desk.resume(talk.caller.uniqueid)
        await stage.until(lambda: talk.caller.where.startswith("room"))
        talk.seat.hang_up()
    await stage.over(talk.caller)
    assert {stage.seat_state("8001"), stage.seat_state("8004")} == {SeatState.READY}


@pytest.mark.parametrize("after_s", [0.0, 0.0005, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.004])
@pytest.mark.parametrize("act", ["transfer", "hold"])
async def test_who_is_handed_on_or_held_just_as_his_seat_hangs_up_is_not_said_to_be_where_he_is_not(
    stage: Stage, act: str, after_s: float
) -> None:
    talk = await a_talk(stage)
    await stage.seat("8004", answers_after_s=1)
    talk.seat.hang_up()
    await stage.passes(after_s)
    try:
        if act == "transfer":
            await talk.handed(TargetKind.SEAT, "8004")
        else:
            await talk.desk.hold(talk.caller.uniqueid)
    except (Conflict, NotFound, PbxFault):
        await stage.over(talk.caller)
        assert stage.end_reason(talk.caller) == "completed"
        return
    await stage.until(lambda: len(talk.served()) > 1, within_s=60)  # somebody else has him
    assert not talk.caller.gone.is_set()
