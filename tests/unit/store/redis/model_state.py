"""What the model knows of a seat and of a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from routing.expected import Told
from routing.waiting import CallState, LiveCall
from seats.agents import Agent
from seats.seat import Phone
from seats.state import ON_DUTY, SeatState

S, C = SeatState, CallState
BOUND = {S.RESERVED, S.TALKING, S.WRAP_UP}
ANSWERED = set(C) - {C.IVR, C.WAITING, C.OFFERED}


@dataclass
class ModelSeat:
    seat_id: str
    since: int
    devices: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    own: tuple[tuple[str, ...], Mapping[str, int]] = ((), {})
    agent: Agent | None = None
    state: SeatState = S.LOGGED_OUT
    why: str = "nobody has signed in yet"
    phone: Phone = Phone.UNREACHABLE
    wish: SeatState | None = None
    wish_why: str = ""
    call_id: str = ""
    offer_id: str = ""
    wrap_until: int | None = None
    leaving: bool = False
    deserted: bool = False
    """Its agent has gone to another seat while a call bound it."""
    took_at: int = 0
    took_for: str = ""
    calls: int = 0
    calls_day: date | None = None
    awaited_by: str = ""
    scores: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Group -> where its strategy put the seat when it was listed."""

    @property
    def serves(self) -> tuple[tuple[str, ...], Mapping[str, int]]:
        """What is configured, or what its agent has of his own."""
        if self.agent is None:
            return self.own
        return self.agent.groups or self.own[0], self.agent.skills or self.own[1]

    @property
    def on_duty(self) -> bool:
        return self.state in ON_DUTY and (self.state is not S.WRAP_UP or self.phone is not Phone.UNREACHABLE)

    @property
    def idle(self) -> bool:
        return self.state is S.READY and self.phone is Phone.IDLE

    @property
    def merely_busy(self) -> bool:
        return self.on_duty and not self.idle and not self.leaving and self.wish in (None, S.READY)


@dataclass
class ModelCall:
    call_id: str
    state: CallState
    engine: str
    given: LiveCall
    arrived: int
    rank: int
    queued: int | None = None
    opened: int = 0
    parked: bool = False
    orphan: bool = False
    in_line: bool = False
    preferred: str = ""
    awaits: str = ""
    offer_id: str = ""
    seat_id: str = ""
    group: str = ""
    deadline: int = 0
    answered_offer: str = ""
    answered: int | None = None
    seat_leg: str = ""
    seat_channel: str = ""
    errand: str = ""
    inside: str = ""
    second: str = ""
    second_leg: str = ""
    expected: int | None = None
    expected_noted: bool = False
    told: Told = field(default_factory=Told)
    told_at: int | None = None
    refused: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def open(self) -> list[str]:
        return list(dict.fromkeys(rung.group for rung in self.given.ladder[: self.opened]))

    @property
    def wants(self) -> dict[str, int]:
        wanted = dict(self.given.skills)
        for rung in self.given.ladder[: self.opened]:
            if rung.wants is not None:
                wanted = {skill: min(least, rung.wants[skill]) for skill, least in wanted.items() if skill in rung.wants}
        return wanted

    @property
    def rungs_left(self) -> bool:
        return self.opened < len(self.given.ladder)

    @property
    def line(self) -> str:
        want = ",".join(f"{skill}:{least}" for skill, least in sorted(self.wants.items()))
        kind = ("a" if self.awaits else "") + ("+" if self.rungs_left else "")
        return f"{','.join(self.open)}|{self.given.caller_class}|{want}|{kind}"

    @property
    def waits(self) -> bool:
        return self.state is C.WAITING and not self.parked

    @property
    def order(self) -> tuple[int, str]:
        return self.rank, self.call_id


def ms(seconds: float) -> int:
    return round(seconds * 1000)


def able(seat: ModelSeat, call: ModelCall) -> bool:
    """It has the skills, and serves an open group."""
    return bool(set(seat.groups) & set(call.open)) and all(seat.skills.get(skill, 0) >= least for skill, least in call.wants.items())


def by_since(seat: ModelSeat) -> tuple[int, str]:
    return seat.since, seat.seat_id
