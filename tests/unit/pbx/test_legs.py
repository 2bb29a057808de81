"""What is said to one leg alone, and how a specialist who is not needed is told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from calls.errors import LegGone, NotFound, PbxFault
from conference.transfer import TargetKind, Transfer
from pbx import whispers
from pbx.ami.newcall import NewCall, Originated, OriginateReason
from pbx.legs import PbxLegs
from pbx.speech import Speech

LEG = "zhida-1.2"


@dataclass
class Ordered:
    """An order whose outcome comes at once."""

    async def outcome(self) -> Originated:
        return Originated(answered=True, reason=OriginateReason.ANSWERED, uniqueid="tell", channel="Local/1")


@dataclass
class Actions:
    """pbx.ami.actions.AmiActions, as far as legs need it here."""

    away: bool = False
    ordered: list[NewCall] = field(default_factory=list)
    moved: list[tuple[str, str, str]] = field(default_factory=list)
    keys_in: int = 0
    """So many looks the leg keys something in."""
    told: int = 0
    """So many looks another engine says something to it."""
    gone: bool = False
    hung_up: list[str] = field(default_factory=list)

    async def get_variable(self, leg: str, name: str) -> str:
        if self.gone:
            raise LegGone("leg_gone", "gone")
        assert leg == LEG
        if name == "CHANNEL(appdata)":
            self.keys_in = max(0, self.keys_in - 1)
            return "agi://127.0.0.1:4573/keys?room=zhida-1.1" if self.keys_in else "PJSIP/8001,15"
        assert name == f"GROUP_COUNT({LEG}@zhida-tell)"
        self.told = max(0, self.told - 1)
        return "1" if self.told else "0"

    async def order_call(self, call: NewCall) -> Ordered:
        if self.away:
            raise PbxFault("ami_down", "no link")
        self.ordered.append(call)
        return Ordered()

    async def hangup(self, channel: str) -> None:
        self.hung_up.append(channel)

    async def redirect(self, leg: str, *, context: str, exten: str) -> None:
        if self.away:
            raise NotFound("leg_gone", "gone")
        self.moved.append((leg, context, exten))


@pytest.fixture
def actions() -> Actions:
    return Actions()


@pytest.fixture
def speaks(actions: Actions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], PbxLegs]:
    monkeypatch.setattr(whispers, "_TELL_MARGIN_S", 0.0)
    monkeypatch.setattr(whispers, "_LOOK_EVERY_S", 0.0)
    speech = Speech(here=tmp_path, there="/prompts", language="zh")
    return lambda: PbxLegs(actions, outside=str, caller_id="12345", unanswered=lambda *_: None, speech=speech)  # type: ignore[arg-type]


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_transfers_target_is_recorded_by_its_leg_and_not_where_nothing_is(actions: Actions) -> None:
    asked = Transfer(
        transfer_id="xfer-zhida-1.1-5f3a", kind=TargetKind.NUMBER, value="1", device="PJSIP/1@out", announced=True, by="", from_seat="8001"
    )
    for folder in ("/rec", ""):
        here = PbxLegs(actions, outside=str, caller_id="12345", unanswered=lambda *_: None, recordings=folder)  # type: ignore[arg-type]
        await here.ring_target(asked, "zhida-1.1")
    recorded, unrecorded = actions.ordered
    assert (recorded.context, recorded.exten) == ("zhida-room", "target")
    assert recorded.variables["ZHIDA_CONSULT"] == "/rec/zhida-1.1-consult-xfer-5f3a"
    assert "ZHIDA_CONSULT" not in unrecorded.variables


async def test_one_half_plays_while_the_other_whispers_into_the_leg(actions: Actions, speaks: Callable[[], PbxLegs]) -> None:
    await speaks().say_to(LEG, ["hunt-no-answer", "hunt-mobile"])
    [order] = actions.ordered
    assert (order.dial, order.context, order.exten) == ("Local/whisper@zhida-tell/n", "zhida-tell", "say")
    assert order.variables == {"ZHIDA_SPIED": LEG, "ZHIDA_SAY": "/prompts/zh/hunt-no-answer&/prompts/zh/hunt-mobile"}
    assert order.channel_id.endswith(LEG)


async def test_what_comes_meanwhile_is_said_afterwards_and_only_the_latest_of_it(actions: Actions, speaks: Callable[[], PbxLegs]) -> None:
    voice = speaks()
    await voice.say_to(LEG, ["hunt-office"])
    await voice.say_to(LEG, ["hunt-busy", "hunt-next"])
    await voice.say_to(LEG, ["hunt-office", "hunt-busy", "hunt-nobody"])
    assert len(actions.ordered) == 1
    await settled()
    said = [order.variables["ZHIDA_SAY"].replace("/prompts/zh/", "") for order in actions.ordered]
    assert said == ["hunt-office", "hunt-office&hunt-busy&hunt-nobody"]
    await settled()
    await voice.say_to(LEG, ["hunt-joined"])
    assert len(actions.ordered) == 3
    assert len({order.channel_id for order in actions.ordered}) == 3


@pytest.mark.parametrize("what", ["keys_in", "told"])
async def test_a_word_begins_when_the_leg_has_heard_out_what_it_hears(actions: Actions, speaks: Callable[[], PbxLegs], what: str) -> None:
    setattr(actions, what, 4)
    voice = speaks()
    await voice.say_to(LEG, ["hunt-no-answer", "hunt-mobile"])
    await asyncio.sleep(0)
    await voice.say_to(LEG, ["hunt-joined"])
    assert actions.ordered == []
    await settled()
    said = [order.variables["ZHIDA_SAY"].replace("/prompts/zh/", "") for order in actions.ordered]
    assert said == ["hunt-no-answer&hunt-joined"], "that the mobile rings is not so any more"


async def test_a_word_in_which_the_leg_begins_to_key_in_is_cut_and_said_again(actions: Actions, speaks: Callable[[], PbxLegs]) -> None:
    voice = speaks()
    await voice.say_to(LEG, ["hunt-office"])
    actions.keys_in = 4
    await settled()
    assert actions.hung_up == [actions.ordered[0].channel_id]
    assert [order.variables["ZHIDA_SAY"] for order in actions.ordered] == ["/prompts/zh/hunt-office"] * 2


async def test_all_of_a_talk_are_told_at_one_moment_once_nobody_keys_in(actions: Actions, speaks: Callable[[], PbxLegs]) -> None:
    actions.keys_in = 12
    await speaks().say_to_all([LEG, LEG], ["ticket-made"])
    await asyncio.sleep(0)
    assert actions.ordered == []
    await settled()
    assert [order.variables["ZHIDA_SPIED"] for order in actions.ordered] == [LEG, LEG]


async def test_of_a_talk_that_is_over_nobody_is_told(actions: Actions, speaks: Callable[[], PbxLegs]) -> None:
    actions.gone = True
    await speaks().say_to_all([LEG, LEG], ["ticket-made"])
    await settled()
    assert actions.ordered == []


async def test_to_speak_to_a_leg_that_has_gone_is_no_fault(actions: Actions, speaks: Callable[[], PbxLegs]) -> None:
    voice = speaks()
    actions.gone = True
    await voice.say_to(LEG, ["hunt-office"])
    actions.gone = False
    await voice.say_to(LEG, ["hunt-office"])
    assert len(actions.ordered) == 1


async def test_who_asks_hears_that_asterisk_is_away_and_may_ask_again(actions: Actions, speaks: Callable[[], PbxLegs]) -> None:
    voice = speaks()
    actions.away = True
    with pytest.raises(PbxFault):
        await voice.say_to(LEG, ["hunt-office"])
    actions.away = False
    await voice.say_to(LEG, ["hunt-office"])
    assert len(actions.ordered) == 1


async def test_who_is_not_needed_is_told_why_and_one_who_has_gone_is_no_fault(actions: Actions, speaks: Callable[[], PbxLegs]) -> None:
    voice = speaks()
    await voice.dismiss("spec-1", taken=True)
    await voice.dismiss("spec-2", taken=False)
    assert actions.moved == [("spec-1", "zhida-specialist", "taken"), ("spec-2", "zhida-specialist", "over")]
    actions.away = True
    await voice.dismiss("spec-3", taken=True)
