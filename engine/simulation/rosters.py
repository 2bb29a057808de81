"""Who sits where on a day by the hotline's own shifts (shifts, and the duty table over them)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from calls.calendar import Calendar
from calls.events import to_ms
from calls.hours import Span
from engine.simulation.staff import Manner, Shift, Staff
from seats.seat import SeatDefinition
from seats.shifts import Duty, Roster

_A_DAY = timedelta(days=1)


def staff_by_shifts(
    seats: Sequence[SeatDefinition], rosters: Mapping[str, Roster], calendar: Calendar, *, begin: datetime, end: datetime, manner: Manner
) -> Staff:
    """The staff between two moments (aware, by the hotline's clock).

    A seat works while any of its groups has it on duty, and all the time where one of its groups has no shifts. A duty may name
    agents, who have no seat before they sign in: they take the group's seats in order, after those that are named.
    """
    days = [begin.date() + _A_DAY * number for number in range(-1, (end.date() - begin.date()).days + 1)]
    whole = Span(since=begin, until=end)
    spans: dict[str, list[Span]] = {seat.seat_id: [] for seat in seats}
    for seat in seats:
        if not set(seat.groups) <= set(rosters):
            spans[seat.seat_id].append(whole)
    for group, roster in rosters.items():
        serving = [seat.seat_id for seat in seats if group in seat.groups]
        for span, duty in roster.spans(days, calendar):
            for seat_id in _seats_of(duty, serving):
                spans[seat_id].append(span)
    shifts = {seat_id: tuple(_shifts(of_seat, whole, manner)) for seat_id, of_seat in spans.items()}
    return Staff(seats=tuple(seats), shifts={seat_id: of_seat for seat_id, of_seat in shifts.items() if of_seat})


def _seats_of(duty: Duty, serving: Sequence[str]) -> list[str]:
    named = [seat_id for seat_id in duty.seats if seat_id in serving]
    free = [seat_id for seat_id in serving if seat_id not in named]
    return [*named, *free[: len(duty.agents)]]


def _shifts(spans: Sequence[Span], whole: Span, manner: Manner) -> Iterator[Shift]:
    """What of these spans lies in the whole, those that touch as one."""
    last: tuple[datetime, datetime] | None = None
    for span in sorted(spans, key=lambda span: span.since):
        since, until = max(span.since, whole.since), min(span.until, whole.until)
        if since >= until:
            continue
        if last is not None and since <= last[1]:
            last = last[0], max(last[1], until)
            continue
        if last is not None:
            yield Shift(from_ms=to_ms(last[0]), until_ms=to_ms(last[1]), manner=manner)
        last = since, until
    if last is not None:
        yield Shift(from_ms=to_ms(last[0]), until_ms=to_ms(last[1]), manner=manner)
