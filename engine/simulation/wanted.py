"""How many seats a group needs, so that callers of a class are answered in time often enough: found by simulating."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from whitelist.identify import CallerClass

MOST_SEATS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Callers of the class are to be answered within so long, this share (0 to 1) of them."""

    caller_class: CallerClass
    within_s: float
    share: float

    def __str__(self) -> str:
        return f"{self.share:.3g} of {self.caller_class} answered within {self.within_s:g} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What so many seats came to: the share answered in time, and how sure that is (None: a single day)."""

    seats: int
    in_time: float
    sure: float | None

    def meets(self, want: Want) -> bool:
        """Whether that is enough."""
        return self.in_time >= want.share


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """seats: the fewest that were enough; None where even the most that were tried were not. tried: by seats."""

    want: Want
    group: str
    seats: int | None
    tried: tuple[Tried, ...]


Try = Callable[[int], Awaitable[Tried]]


async def seats_needed(want: Want, group: str, attempt: Try, *, first: int) -> Needed:
    """Widen from `first` seats until one number is enough and the one below it is not; each is tried once.

    More seats are taken to be no worse: the callers are the same in every attempt.
    """
    tried: dict[int, Tried] = {}

    async def enough(seats: int) -> bool:
        if seats not in tried:
            tried[seats] = await attempt(seats)
        return tried[seats].meets(want)

    low, high = await _bounds(enough, first)
    while high is not None and high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if await enough(middle) else (middle, high)
    return Needed(want=want, group=group, seats=high, tried=tuple(tried[seats] for seats in sorted(tried)))


async def _bounds(enough: Callable[[int], Awaitable[bool]], first: int) -> tuple[int, int | None]:
    """A number that is not enough, and one that is: None where none of `MOST_SEATS` is. -1 is never enough."""
    step = 1
    if await enough(first):
        low, high = first, first
        while low >= 0:
            high, low, step = low, max(low - step, -1), step * 2
            if low >= 0 and not await enough(low):
                break
        return low, high
    low = high = first
    while not await enough(high := min(low + step, MOST_SEATS)):
        if high == MOST_SEATS:
            return high, None
        low, step = high, step * 2
    return low, high


def want_of(text: str) -> Want:
    """Reads CLASS:SECONDS:SHARE, e.g. key_enterprise:20:0.95. Raises: ValueError."""
    name, _, rest = text.partition(":")
    seconds, _, share = rest.partition(":")
    try:
        want = Want(caller_class=CallerClass(name), within_s=float(seconds), share=float(share))
    except ValueError:
        want = None
    if want is None or not 0 <= want.within_s < float("inf") or not 0 < want.share < 1:
        raise ValueError(
            f"{text!r} is not understood; write CLASS:SECONDS:SHARE, the class one of {', '.join(CallerClass)}, the share between 0 and 1,"
            " e.g. key_enterprise:20:0.95"
        )
    return want
