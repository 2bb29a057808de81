"""A call arrives, or is placed by the engine: who it is, and what is planned for him."""

from dataclasses import dataclass
from typing import ClassVar

from calls.events.event import Event

__all__ = ["Arrived", "CallbackOrdered", "Identified", "Planned", "MenuChosen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Event):
    """A caller's channel reached the engine. `number` is the national form, or "" where there is none."""

    kind: ClassVar[str] = "arrived"
    number: str
    raw_number: str
    trunk: str
    dialled: str
    channel: str
    pbx: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOrdered(Event):
    """This call was placed by the engine, to call somebody of the call-back list; `call_id` is the call-back's own.

    `cause` is asked (he chose it by key), left (by configuration) or clicked (by `by`, for `seat_id`).
    """

    kind: ClassVar[str] = "callback_ordered"
    task_id: str
    cause: str
    by: str = ""
    seat_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified(Event):
    """Who calls, as far as the trunk can be trusted; `reasons` are whole sentences."""

    kind: ClassVar[str] = "identified"
    caller_class: str
    trusted: bool
    entry_id: str = ""
    enterprise: str = ""
    tier: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Event):
    """The ladder as "group@seconds" in order, the rank bonus and the menu that is to be played, if any."""

    kind: ClassVar[str] = "planned"
    ladder: tuple[str, ...]
    rank_bonus_s: int
    ivr: str = "none"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChosen(Event):
    """The caller pressed a key in a menu, or did not (digit "") and got what the menu does then."""

    kind: ClassVar[str] = "menu_chosen"
    menu: str
    digit: str
    target: str
