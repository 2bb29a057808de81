"""Shifts (排班): who is on duty in each group, and what is to be warned of."""

from typing import Final

from api.documents.plain import Nothing
from api.documents.shifts import ShiftsDocument, ShiftsWanted, shift_document, shortage_document
from api.rights import Right
from api.route import AnyRoute, Asked, Route


async def show_shifts(asked: Asked[ShiftsWanted, Nothing]) -> ShiftsDocument:
    """Who is on duty, and who is not there."""
    shifts, wanted = asked.sources.shifts, asked.query
    at = asked.sources.clock.now() if wanted.at is None else shifts.moment(wanted.at)
    seats = await asked.sources.seats.seats() if wanted.at is None else None
    groups = [
        shift_document(shifts, duty, at, seats)
        for duty in shifts.on_duty(at)
        if wanted.group in (None, duty.group)
    ]
    warnings = [shortage_document(one) for one in shifts.warnings if wanted.group in (None, one.group)]
    return ShiftsDocument(at=at, groups=groups, warnings=warnings)


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="show_shifts",
        method="GET",
        path="/shifts",
        summary="Who is on duty in each group, until when and who then; gaps of the week; who is not signed in; what to warn of",
        words="Only groups that have shifts. With `at` it is who will be (or was) on duty then.",
        tag="shifts",
        right=Right.LOOK,
        handle=show_shifts,
        answer=ShiftsDocument,
        query=ShiftsWanted,
        body=Nothing,
    ),
)
