"""Phones that act by themselves."""

import asyncio
from pathlib import Path

import pytest

from lab.phones import softphone
from lab.phones.behaviours import Answers, Declines, PhoneBehaviour, RingsForEver, obey
from tests.unit.lab.phones.builders import CALL_ID, SilentPhone, a_moment, an_invite


@pytest.fixture
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SilentPhone:
    monkeypatch.setattr(softphone, "KEY_S", 0)
    return SilentPhone(tmp_path, "13900001001")


async def rung(phone: SilentPhone, behaviour: PhoneBehaviour) -> list[str]:
    """What the phone does when it rings."""
    obeying = asyncio.create_task(obey(phone, lambda: behaviour))
    phone.is_invited(an_invite())
    await a_moment()
    obeying.cancel()
    await asyncio.gather(obeying, return_exceptions=True)
    return phone.commands


async def test_it_answers_presses_and_hangs_up(phone: SilentPhone) -> None:
    behaviour = Answers(presses="12", presses_after_s=0, hangs_up_after_s=0)
    assert await rung(phone, behaviour) == [f"accept {CALL_ID}", "sndcode 1", "sndcode 2", f"hangup {CALL_ID}"]


async def test_it_takes_its_time(phone: SilentPhone) -> None:
    assert await rung(phone, Answers(after_s=60)) == []


async def test_it_rings_for_ever(phone: SilentPhone) -> None:
    assert await rung(phone, RingsForEver()) == []


async def test_it_declines(phone: SilentPhone) -> None:
    assert await rung(phone, Declines()) == [f"hangup {CALL_ID}"]


async def test_it_does_not_answer_who_has_given_up(phone: SilentPhone) -> None:
    obeying = asyncio.create_task(obey(phone, lambda: Answers()))
    phone.is_invited(an_invite())
    phone.sees("CALL_CLOSED", param="Connection reset by peer")
    await a_moment()
    assert phone.commands == []
    phone.is_invited(an_invite(call="second"))
    await a_moment()
    assert phone.commands == ["accept second"]
    obeying.cancel()
    await asyncio.gather(obeying, return_exceptions=True)


async def test_what_it_does_may_change_from_call_to_call(phone: SilentPhone) -> None:
    behaviours: list[PhoneBehaviour] = [Declines(), Answers()]
    obeying = asyncio.create_task(obey(phone, lambda: behaviours.pop(0)))
    for call in ("first", "second"):
        phone.is_invited(an_invite(call=call))
        await a_moment()
        phone.sees("CALL_CLOSED", id=call, param="Connection reset by peer")
        await a_moment()
    assert phone.commands == ["hangup first", "accept second"]
    obeying.cancel()
    await asyncio.gather(obeying, return_exceptions=True)
