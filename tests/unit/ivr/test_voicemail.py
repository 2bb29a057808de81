"""A caller speaks after the tone: what counts as his message, what he hears, and how it ends."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from calls.errors import LegGone, PbxFault
from ivr.voicemail import NOT_RECORDED, Dictation, How, OnTape, Spoken, VoicemailRules

ASK, BEEP, REVIEW, THANKS = "voicemail-ask", "voicemail-beep", "voicemail-review", "voicemail-thanks"
RULES = VoicemailRules(least_s=2, takes=3)


@dataclass
class Caller:
    """ivr.voicemail.Dictaphone and Tapes: `says` after each tone (how it ends, seconds, of them sound), `keys` by prompt in order."""

    says: list[tuple[How, float, float]] = field(default_factory=list)
    keys: dict[str, list[str]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    tapes: dict[str, tuple[float, float]] = field(default_factory=dict)
    loses: float = 0.0
    full: bool = False
    leaves_in: str = ""

    async def play(self, prompt: str, keys: str = "") -> str:
        self.heard.append(prompt)
        if prompt == self.leaves_in:
            raise LegGone("caller_gone", "The caller hung up.")
        pressed = self.keys.get(prompt, [])
        return key if pressed and (key := pressed.pop(0)) in keys else ""

    async def key(self, within_s: float) -> str:
        self.heard.append(f"{within_s:g} s")
        return ""

    async def take_down(self, name: str, *, keys: str, longest_s: float, silence_s: int) -> Spoken:
        assert (keys, longest_s, silence_s) == ("#", RULES.longest_s, RULES.silence_s)
        how, seconds, sound_s = self.says.pop(0)
        self.tapes[name] = max(0.0, seconds - self.loses), sound_s
        return Spoken(how=how, length_s=seconds)

    async def play_back(self, name: str, keys: str) -> str:
        return await self.play(name, keys)

    def name(self, call_id: str, take: int) -> str:
        return f"{call_id}-{take}"

    async def has_room(self, seconds: float) -> bool:
        return not self.full

    async def on_tape(self, name: str, *, least_s: float) -> OnTape | None:
        if name not in self.tapes:
            return None
        length_s, sound_s = self.tapes[name]
        return OnTape(length_s=length_s, enough=sound_s >= least_s)

    async def begun(self, call_id: str) -> int:
        return len(self.tapes)

    async def discard(self, call_id: str) -> None:
        self.tapes.clear()


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 11, 20, 4, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


def dictation(caller: Caller, rules: VoicemailRules = RULES) -> Dictation:
    return Dictation(phone=caller, tapes=caller, rules=rules, clock=Noon(), call_id="c")


@pytest.mark.parametrize("how", [How.KEY, How.SILENCE, How.LONGEST])
async def test_he_speaks_and_is_thanked(how: How) -> None:
    caller = Caller(says=[(how, 10, 8)])
    left = await dictation(caller).run(ASK)
    assert left is not None
    assert (left.name, left.length_s, left.how) == ("c-1", 10, how)
    assert caller.heard == [ASK, BEEP, REVIEW, "4 s", THANKS]


async def test_without_review_he_is_thanked_at_once() -> None:
    caller = Caller(says=[(How.KEY, 10, 8)])
    await dictation(caller, VoicemailRules(review=False)).run(ASK)
    assert caller.heard == [ASK, BEEP, THANKS]


async def test_he_hears_it_and_keeps_it() -> None:
    caller = Caller(says=[(How.KEY, 10, 8)], keys={REVIEW: ["2", "1"]})
    await dictation(caller).run(ASK)
    assert caller.heard == [ASK, BEEP, REVIEW, "c-1", REVIEW, THANKS]


async def test_a_key_while_he_hears_it_counts() -> None:
    caller = Caller(says=[(How.KEY, 10, 8), (How.KEY, 5, 4)], keys={REVIEW: ["2", "1"], "c-1": ["3"]})
    left = await dictation(caller).run(ASK)
    assert left is not None
    assert left.name == "c-2"
    assert caller.heard == [ASK, BEEP, REVIEW, "c-1", BEEP, REVIEW, THANKS]


async def test_who_only_ever_hears_it_keeps_it() -> None:
    caller = Caller(says=[(How.KEY, 10, 8)], keys={REVIEW: ["2"] * 9})
    left = await dictation(caller).run(ASK)
    assert left is not None
    assert caller.heard.count("c-1") == 5


async def test_he_may_begin_so_often_and_no_more() -> None:
    caller = Caller(says=[(How.KEY, 10, 8)] * 3, keys={REVIEW: ["3"] * 9})
    left = await dictation(caller).run(ASK)
    assert left is not None
    assert left.name == "c-3"
    assert caller.heard == [ASK, BEEP, REVIEW, BEEP, REVIEW, BEEP, THANKS]


async def test_who_says_too_little_is_asked_again() -> None:
    caller = Caller(says=[(How.SILENCE, 1, 0.4), (How.KEY, 9, 7)])
    left = await dictation(caller).run(ASK)
    assert left is not None
    assert left.name == "c-2"
    assert caller.heard == [ASK, BEEP, "voicemail-nothing", BEEP, REVIEW, "4 s", THANKS]


async def test_who_says_nothing_has_left_none() -> None:
    caller = Caller(says=[(How.SILENCE, 1, 0)] * 3)
    assert await dictation(caller).run(ASK) is None
    assert caller.heard == [ASK, BEEP, "voicemail-nothing", BEEP, "voicemail-nothing", BEEP, "voicemail-none"]
    assert not caller.tapes


async def test_who_wants_to_say_it_again_and_says_nothing_has_left_what_he_said_first() -> None:
    caller = Caller(says=[(How.KEY, 9, 7), (How.SILENCE, 1, 0), (How.SILENCE, 1, 0)], keys={REVIEW: ["3"]})
    left = await dictation(caller).run(ASK)
    assert left is not None
    assert left.name == "c-1"
    assert caller.heard[-1] == THANKS


@pytest.mark.parametrize(("sound_s", "name"), [(7.0, "c-1"), (0.5, None)])
async def test_who_hangs_up_over_it_has_left_what_he_said_if_it_is_enough(sound_s: float, name: str | None) -> None:
    caller = Caller(says=[(How.HUNG_UP, 9, sound_s)])
    taking = dictation(caller)
    with pytest.raises(LegGone):
        await taking.run(ASK)
    assert (taking.left.name if taking.left else None) == name


@pytest.mark.parametrize("prompt", [REVIEW, THANKS])
async def test_who_hangs_up_afterwards_has_left_it(prompt: str) -> None:
    taking = dictation(Caller(says=[(How.KEY, 9, 7)], leaves_in=prompt))
    with pytest.raises(LegGone):
        await taking.run(ASK)
    assert taking.left is not None


async def test_any_key_cuts_the_question_short() -> None:
    caller = Caller(says=[(How.KEY, 9, 7)], keys={ASK: ["5"]})
    assert await dictation(caller).run(ASK) is not None


async def test_where_there_is_no_room_he_is_not_asked() -> None:
    caller = Caller(full=True)
    with pytest.raises(PbxFault) as fault:
        await dictation(caller).run(ASK)
    assert (fault.value.code, caller.heard) == (NOT_RECORDED, [])


async def test_where_the_disk_became_full_meanwhile_what_is_there_is_his_message_and_it_is_told() -> None:
    caller = Caller(says=[(How.KEY, 30, 6)], loses=20)
    taking = dictation(caller)

    async def full(_: float) -> bool:
        return BEEP not in caller.heard

    caller.has_room = full  # type: ignore[method-assign]
    with pytest.raises(PbxFault) as fault:
        await taking.run(ASK)
    assert fault.value.code == NOT_RECORDED
    assert taking.left is not None
    assert taking.left.length_s == 10


async def test_a_line_that_was_silent_for_a_while_is_no_full_disk() -> None:
    caller = Caller(says=[(How.KEY, 30, 6)], loses=20)
    assert await dictation(caller).run(ASK) is not None


async def test_a_file_that_is_not_there_is_told() -> None:
    caller = Caller(says=[(How.KEY, 30, 6)])

    async def nothing(name: str, *, least_s: float) -> OnTape | None:
        return None

    caller.on_tape = nothing  # type: ignore[method-assign]
    with pytest.raises(PbxFault):
        await dictation(caller).run(ASK)


async def test_after_an_engines_death_what_he_said_meanwhile_counts() -> None:
    caller = Caller(tapes={"c-1": (12.0, 9.0)})
    left = await dictation(caller).run(ASK, begun=1)
    assert left is not None
    assert (left.name, left.how) == ("c-1", How.FOUND)
    assert caller.heard == [REVIEW, "4 s", THANKS]


async def test_after_an_engines_death_he_may_speak_it_again() -> None:
    caller = Caller(tapes={"c-1": (12.0, 9.0)}, says=[(How.KEY, 5, 4)], keys={REVIEW: ["3"]})
    left = await dictation(caller).run(ASK, begun=1)
    assert left is not None
    assert (left.name, left.how) == ("c-2", How.KEY)


async def test_who_had_said_nothing_when_the_engine_died_is_asked_again() -> None:
    caller = Caller(tapes={"c-1": (3.0, 0.2)}, says=[(How.KEY, 5, 4)])
    left = await dictation(caller).run(ASK, begun=1)
    assert left is not None
    assert left.name == "c-2"
    assert caller.heard == [ASK, BEEP, REVIEW, "4 s", THANKS]
