"""What the model knows of a seat and of a call."""

from dataclasses import dataclass, field

from routing.waiting import CallState, LiveCall
from seats.seat import Phone
from seats.state import SeatState

S, C = SeatState, CallState
BOUND = {S.RESERVED, S.TALKING, S.WRAP_UP}
ANSWERED = {C.TALKING, C.CONSULT, C.THREE_WAY, C.AFTER}


@dataclass
class ModelSeat:
    seat_id: str
    since: int
    devices: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    skills: frozenset[str] = frozenset()
    agent: str = ""
    state: SeatState = S.LOGGED_OUT
    why: str = "nobody has signed in yet"
    phone: Phone = Phone.UNREACHABLE
    wish: SeatState | None = None
    wish_why: str = ""
    call_id: str = ""
    offer_id: str = ""
    wrap_until: int | None = None
    leaving: bool = False

    @property
    def idle(self) -> bool:
        return self.state is S.READY and self.phone is Phone.IDLE


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
    offer_id: str = ""
    seat_id: str = ""
    group: str = ""
    deadline: int = 0
    answered_offer: str = ""
    answered: int | None = None
    seat_leg: str = ""
    seat_channel: str = ""
    errand: str = ""
    refused: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def open(self) -> list[str]:
        return list(dict.fromkeys(rung.group for rung in self.given.ladder[: self.opened]))

    @property
    def waits(self) -> bool:
        return self.state is C.WAITING and not self.parked

    @property
    def order(self) -> tuple[int, str]:
        return self.rank, self.call_id


def ms(seconds: float) -> int:
    return round(seconds * 1000)


def by_since(seat: ModelSeat) -> tuple[int, str]:
    return seat.since, seat.seat_id
