"""What a caller hears before he waits."""

from dataclasses import dataclass
from enum import StrEnum


class IvrMode(StrEnum):
    """What the caller hears before he waits."""

    NONE = "none"
    GREETING = "greeting"
    MENU = "menu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ivr:
    """What a dialled number plays, in which language; `greeting` and `menu` are names, "" where they do not apply."""

    mode: IvrMode = IvrMode.NONE
    greeting: str = ""
    menu: str = ""
    language: str = "zh"
