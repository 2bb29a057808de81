"""What a waiting caller is told, whatever happens in the queue."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ivr.announcing import LONG, MOST_SAID, Announce, Announcing, best, news, number, prompts_for, prompts_saying, said_minutes
from ivr.catalogue import catalogue
from routing.expected import Line, Outlook, Pace, Serving, Told

PROMPTS = Path(__file__).parents[3] / "config/prompts"
QILAI = frozenset({"qilai"})
HOUR_S = 3600.0
Given = Any  # a field's value


def an_outlook(before: int, *, seats: int = 1, typical_s: float = 60.0, **fields: Given) -> Outlook:
    return Outlook(
        open=QILAI,
        serving={"qilai": Serving(all=seats, able=seats)},
        crews={QILAI: seats},
        lines=(Line(open=QILAI, before=before),),
        pace=Pace(service={}, typical_s=typical_s),
        **fields,
    )


def test_the_first_time_he_is_told_his_place_and_his_wait() -> None:
    assert news(Announce.BOTH, Told(), an_outlook(2), longest_s=HOUR_S) == Told(position=3, minutes=3)


def test_he_is_told_only_what_has_become_better() -> None:
    before = Told(position=3, minutes=3)
    assert news(Announce.BOTH, before, an_outlook(2), longest_s=HOUR_S) is None
    assert news(Announce.BOTH, before, an_outlook(1, typical_s=90), longest_s=HOUR_S) == Told(position=2)
    assert news(Announce.BOTH, before, an_outlook(2, typical_s=40), longest_s=HOUR_S) == Told(minutes=2)
    assert news(Announce.BOTH, before, an_outlook(9), longest_s=HOUR_S) is None


@pytest.mark.parametrize(
    ("what", "told"), [("off", None), ("position", Told(position=3)), ("wait", Told(minutes=3)), ("both", Told(position=3, minutes=3))]
)
def test_he_is_told_what_is_configured(what: str, told: Told | None) -> None:
    assert news(Announce(what), Told(), an_outlook(2), longest_s=HOUR_S) == told


def test_no_wait_is_promised_that_the_ladders_end_would_cut_off() -> None:
    assert news(Announce.BOTH, Told(), an_outlook(9), longest_s=300) == Told(position=10)
    assert news(Announce.WAIT, Told(), an_outlook(9), longest_s=300) is None


def test_no_wait_is_promised_where_nobody_is_on_duty() -> None:
    assert news(Announce.BOTH, Told(), an_outlook(0, seats=0), longest_s=HOUR_S) == Told(position=1)


def test_a_place_that_no_prompt_can_say_is_told_when_it_is_nearer() -> None:
    assert news(Announce.POSITION, Told(), an_outlook(99), longest_s=HOUR_S) is None
    assert news(Announce.POSITION, Told(), an_outlook(98), longest_s=HOUR_S) == Told(position=99)


queues = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 6), st.floats(1, 900)), min_size=1, max_size=30)


@given(queues, st.sampled_from(Announce), st.floats(10, 7200), st.lists(st.booleans(), min_size=30, max_size=30))
def test_whatever_happens_nobody_is_told_a_worse_place_or_a_longer_wait(
    moments: list[tuple[int, int, float]], what: Announce, longest_s: float, forgotten: list[bool]
) -> None:
    """Also where an engine dies in between, and the next one knows from live state alone what was told."""
    mine, live = Told(), Told()
    said: list[Told] = []
    for (before, seats, typical_s), dies in zip(moments, forgotten, strict=False):
        mine = Told() if dies else mine
        told = news(what, best(mine, live), an_outlook(before, seats=seats, typical_s=typical_s), longest_s=longest_s)
        if told is not None:
            mine, live = best(mine, told), best(live, told)
            said.append(told)
            assert prompts_saying(told)
            assert set(prompts_saying(told)) <= prompts_for(what)
    for names in ("position", "minutes"):
        values = [value for told in said if (value := getattr(told, names)) is not None]
        assert all(later < earlier for earlier, later in pairwise(values))
    assert what is not Announce.OFF or not said


@pytest.mark.parametrize(
    ("wait_s", "minutes"), [(0, 1), (60, 1), (61, 2), (600, 10), (601, 15), (1500, 25), (3600, 60), (3601, LONG), (90_000, LONG)]
)
def test_minutes_are_rounded_up_and_the_more_the_coarser(wait_s: float, minutes: int) -> None:
    assert said_minutes(wait_s) == minutes


def test_the_first_time_comes_after_its_wait_and_the_next_after_the_pause() -> None:
    rules = Announcing(what=Announce.BOTH, after_s=20, every_s=30)
    assert rules.due_in_s(an_outlook(1, waited_s=5)) == 15
    assert rules.due_in_s(an_outlook(1, waited_s=25)) == 0
    assert rules.due_in_s(an_outlook(1, waited_s=25, told_ago_s=4)) == 26
    assert rules.due_in_s(an_outlook(1, waited_s=80, told_ago_s=31)) == 0


def test_a_dialled_number_may_have_its_own() -> None:
    rules = Announcing(what=Announce.BOTH, by_number={"12346": Announce.OFF})
    assert (rules.of("12345"), rules.of("12346")) == (Announce.BOTH, Announce.OFF)


ZH = dict(zip(range(1, 11), "一二三四五六七八九十", strict=True))
ENGLISH = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = dict(zip(range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(), strict=True))


def chinese(value: int) -> str:
    """一至九十九."""
    tens, units = divmod(value, 10)
    return (ZH[tens] if tens > 1 else "") + ("十" if tens else "") + (ZH[units] if units else "")


def english(value: int) -> str:
    tens, units = divmod(value, 10)
    return ENGLISH[value - 1] if value < 20 else " ".join(filter(None, [TENS[tens * 10], ENGLISH[units - 1] if units else ""]))


def texts(language: str) -> dict[str, str]:
    prompts = catalogue(language, yaml.safe_load((PROMPTS / f"{language}.yaml").read_text()))
    return {prompt.name: prompt.text for prompt in prompts}


@pytest.mark.parametrize("value", range(1, MOST_SAID + 1))
def test_every_number_is_said_as_people_say_it(value: int) -> None:
    assert "".join(texts("zh")[name] for name in number(value)) == chinese(value)
    assert " ".join(texts("en")[name] for name in number(value)) == english(value)


@pytest.mark.parametrize("value", [0, 100, -1])
def test_no_other_number_is_said(value: int) -> None:
    with pytest.raises(ValueError, match="there are prompts for 1 to 99"):
        number(value)


@pytest.mark.parametrize(
    ("told", "zh", "en"),
    [
        (Told(position=1), "您是下一位。", "You are next."),
        (Told(position=2), "您现在排在第二位。", "You are number two in the queue."),
        (Told(minutes=2), "预计等待时间约两分钟。", "The expected wait is about two minutes."),
        (Told(minutes=1), "预计等待时间约一分钟。", "The expected wait is about one minute."),
        (Told(position=23), "您现在排在第二十三位。", "You are number twenty three in the queue."),
        (Told(minutes=25), "预计等待时间约二十五分钟。", "The expected wait is about twenty five minutes."),
        (Told(minutes=LONG), "预计等待时间超过一小时。", "The expected wait is more than one hour."),
    ],
)  # fmt: skip
def test_the_pieces_make_a_sentence(told: Told, zh: str, en: str) -> None:
    assert "".join(texts("zh")[name] for name in prompts_saying(told)) == zh
    assert " ".join(texts("en")[name] for name in prompts_saying(told)) == en


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_prompt_that_may_be_played_has_its_text(language: str) -> None:
    assert prompts_for(Announce.BOTH) <= set(texts(language))
    assert prompts_for(Announce.POSITION) | prompts_for(Announce.WAIT) == prompts_for(Announce.BOTH)
    assert prompts_for(Announce.OFF) == frozenset()
