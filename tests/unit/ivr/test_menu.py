from collections import deque

from ivr.menu import Choice, Menu, run_menu
from ivr.rating import ask_rating

MAIN = Menu(name="main", prompt="menu-main", choices={"1": "qilai", "2": "general", "3": "tax", "0": "person"}, retries=2)
TAX = Menu(name="tax", prompt="menu-tax", choices={"1": "vat"})


class Caller:
    """A caller who presses these keys in turn, "" where he lets time pass; hears what is played."""

    def __init__(self, *keys: str) -> None:
        self._keys = deque(keys)
        self.heard: list[str] = []

    async def play(self, prompt: str, keys: str = "") -> str:
        self.heard.append(prompt)
        return self._keys.popleft() if keys and self._keys and self._keys[0] else ""

    async def key(self, within_s: float) -> str:
        return self._keys.popleft() if self._keys else ""


async def test_a_key_leads_to_its_group() -> None:
    caller = Caller("1")
    assert await run_menu(MAIN, {}, caller) == [Choice(menu="main", digit="1", target="qilai")]
    assert caller.heard == ["menu-main"]


async def test_zero_leads_to_a_person() -> None:
    assert (await run_menu(MAIN, {}, Caller("0")))[-1].target == "person"


async def test_a_wrong_key_is_told_and_the_menu_is_played_again() -> None:
    caller = Caller("9", "2")
    assert (await run_menu(MAIN, {}, caller))[-1].target == "general"
    assert caller.heard == ["menu-main", "menu-invalid", "menu-main"]


async def test_a_caller_who_presses_nothing_gets_a_person_after_the_last_try() -> None:
    caller = Caller()
    assert await run_menu(MAIN, {}, caller) == [Choice(menu="main", digit="", target="person")]
    assert caller.heard == ["menu-main", "menu-no-input"] * 3


async def test_a_choice_may_lead_to_another_menu() -> None:
    choices = await run_menu(MAIN, {"tax": TAX}, Caller("3", "1"))
    assert [(choice.menu, choice.target) for choice in choices] == [("main", "tax"), ("tax", "vat")]


async def test_a_rating_is_a_number_from_one_to_five() -> None:
    caller = Caller("4")
    assert await ask_rating(caller, timeout_s=1) == 4
    assert caller.heard == ["rate", "rate-thanks"]


async def test_who_presses_no_key_gives_no_rating() -> None:
    assert await ask_rating(Caller(), timeout_s=1) is None


async def test_another_key_is_no_rating_but_the_next_one_is() -> None:
    assert await ask_rating(Caller("9", "5"), timeout_s=1) == 5
