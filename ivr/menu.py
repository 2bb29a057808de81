"""A menu as data, and the one script that runs any of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ivr.speaker import Speaker

KEYS: Final = "0123456789*#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """What is played, what each key leads to, and what happens to one who presses nothing.

    Args:
        prompt: name in the catalogue; may be interrupted by any key.
        choices: key -> target: a group, another menu, or "person" for the plan as it is without a choice.
        timeout_s: how long to wait for a key after the prompt.
        retries: how often the menu is played again after no key or a wrong one.
        otherwise: target when all is in vain.
    """

    name: str
    prompt: str
    choices: Mapping[str, str]
    timeout_s: float = 5.0
    retries: int = 2
    invalid_prompt: str = "menu-invalid"
    no_input_prompt: str = "menu-no-input"
    otherwise: str = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What came of a menu: the key ("" for none) and the target it leads to."""

    menu: str
    digit: str
    target: str


async def run_menu(menu: Menu, menus: Mapping[str, Menu], speaker: Speaker) -> list[Choice]:
    """Play the menu, and those among `menus` that its choices lead to; every choice made, the last one decides.

    Raises: LegGone: the caller hung up.
    """
    choices = [await _one_menu(menu, speaker)]
    while (below := menus.get(choices[-1].target)) is not None:
        choices.append(await _one_menu(below, speaker))
    return choices


async def _one_menu(menu: Menu, speaker: Speaker) -> Choice:
    for _ in range(menu.retries + 1):
        digit = await speaker.play(menu.prompt, KEYS) or await speaker.key(menu.timeout_s)
        target = menu.choices.get(digit)
        if target is not None:
            return Choice(menu=menu.name, digit=digit, target=target)
        await speaker.play(menu.invalid_prompt if digit else menu.no_input_prompt)
    return Choice(menu=menu.name, digit="", target=menu.otherwise)
