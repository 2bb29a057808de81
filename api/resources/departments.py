"""Departments: how they answer; and what a seat does where none of their specialists can be had."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from api.documents.asking import wanted_of
from api.documents.departments import (
    AwayMarking,
    DepartmentDocument,
    DepartmentList,
    DepartmentsWanted,
    TicketLeaving,
    TicketLeft,
    WishDocument,
    WishesWanted,
    WishList,
    WishMaking,
    figures_document,
    left_document,
    wish_document,
)
from api.documents.plain import Nothing
from api.documents.specialists import SpecialistDocument
from api.resources.specialists import shown
from api.rights import Right
from api.route import AnyRoute, Asked, Route
from calls.errors import Conflict, NotFound, Refused, StoreFault
from conference.duty import Absence
from conference.figures import DepartmentFigures
from conference.roster import Specialist

_USUAL: Final = timedelta(days=30)


async def list_departments(asked: Asked[DepartmentsWanted, Nothing]) -> DepartmentList:
    """All departments of the roster, and those that figures are there of."""
    sources, query = asked.sources, asked.query
    now = sources.clock.now()
    until = query.until or now
    since = query.since or until - _USUAL
    if since >= until:
        raise Refused("time_reversed", "from comes before to; turn them round.", field="from")
    figures = await sources.figures.departments(since=since, until=until)
    of: dict[str, list[Specialist]] = {name: [] for name in figures}
    for one in await sources.roster.everybody():
        of.setdefault(one.department, []).append(one)
    standing, busy = await sources.specialists.standing(now), await sources.specialists.busy()

    def document(name: str, members: list[Specialist]) -> DepartmentDocument:
        experts = [one for one in members if not one.leader]
        return DepartmentDocument(
            department=name,
            units=list(dict.fromkeys(one.unit for one in members)),
            specialists=len(experts),
            on_duty=sum(standing(one).on_duty and one.specialist_id not in busy for one in experts),
            figures=figures_document(figures.get(name, DepartmentFigures())),
        )

    items = [document(name, members) for name, members in sorted(of.items()) if query.department in (None, name)]
    return DepartmentList(since=since, until=until, items=items)


async def leave_ticket(asked: Asked[Nothing, TicketLeaving]) -> TicketLeft:
    """The ticket is the department's from now on, with what was tried."""
    sources, call_id, body = asked.sources, asked.path["call_id"], asked.body
    department = await _named(asked, body.department) if body.department is not None else ""
    fact = await sources.left_to.leave(
        call_id, department=department, summary=body.summary or "", by=asked.by, tell_caller=body.tell_caller
    )
    try:
        ticket = (await sources.records.tickets_of([call_id])).get(call_id)
    except StoreFault:
        ticket = None  # the fact waits in the stream
    return left_document(fact, ticket)


async def _named(asked: Asked[Nothing, TicketLeaving], department: str) -> str:
    """The department's short name; a department may get tickets though the roster does not have it."""
    for one in await asked.sources.roster.everybody():
        if department in (one.unit, one.department):
            return one.department
    return department


async def wish_for(asked: Asked[Nothing, WishMaking]) -> WishDocument:
    """The call's seat is told when one of them can be had."""
    return wish_document(await asked.sources.wishes.wish(asked.path["call_id"], wanted_of(asked.body)))


async def list_wishes(asked: Asked[WishesWanted, Nothing]) -> WishList:
    """Open wishes, and those that came true lately."""
    query = asked.query
    return WishList(items=[wish_document(wish) for wish in await asked.sources.wishes.lately(query.seat, hours=query.hours)])


async def withdraw_wish(asked: Asked[Nothing, Nothing]) -> None:
    """It is not wished any more."""
    await asked.sources.wishes.withdraw(asked.path["wish_id"])


async def mark_away(asked: Asked[Nothing, AwayMarking]) -> SpecialistDocument:
    """He is asked no more until then; whoever stands in for him is."""
    sources, now = asked.sources, asked.sources.clock.now()
    one = await sources.roster.specialist(asked.path["specialist_id"])
    if asked.body.until <= now:
        raise Refused("moment_past", "until lies in the past; write a moment to come, or say that he is back.", field="until")
    absence = Absence(specialist_id=one.specialist_id, until=asked.body.until, why=asked.body.why or "", by=asked.by, since=now)
    await sources.absences.mark_away(absence)
    return (await shown(sources, [one]))[0]


async def mark_back(asked: Asked[Nothing, Nothing]) -> SpecialistDocument:
    """He is asked again."""
    one = await asked.sources.roster.specialist(asked.path["specialist_id"])
    await asked.sources.absences.is_back(one.specialist_id)
    return (await shown(asked.sources, [one]))[0]


ROUTES: Final[tuple[AnyRoute, ...]] = (
    Route(
        name="list_departments",
        method="GET",
        path="/departments",
        summary="How the departments' specialists answer: asked, accepted, how fast, solved online",
        tag="specialists",
        right=Right.LOOK,
        handle=list_departments,
        answer=DepartmentList,
        query=DepartmentsWanted,
        body=Nothing,
        refusals=(Refused,),
    ),
    Route(
        name="leave_ticket",
        method="POST",
        path="/calls/{call_id}/specialists/ticket",
        summary="Nobody could be had: leave the call's ticket to the department, with what was tried",
        words="The ticket has the department, the list of attempts and until when the department signs for it; the caller hears a prompt. "
        "Done again, it is made anew.",
        tag="calls",
        right=Right.SERVE,
        handle=leave_ticket,
        answer=TicketLeft,
        query=Nothing,
        body=TicketLeaving,
        refusals=(NotFound, Conflict, Refused),
        creates=True,
    ),
    Route(
        name="wish_for_specialist",
        method="POST",
        path="/calls/{call_id}/specialists/wish",
        summary="Be told when one of these specialists can be had",
        words="The stream tells it (`specialist_free`), the list of wishes, and a prompt where the seat still serves that call. News is "
        "that one has come on duty, has come into another talk, or has finished one.",
        tag="calls",
        right=Right.SERVE,
        handle=wish_for,
        answer=WishDocument,
        query=Nothing,
        body=WishMaking,
        status=HTTPStatus.CREATED,
        refusals=(NotFound, Conflict, Refused),
        creates=True,
    ),
    Route(
        name="list_wishes",
        method="GET",
        path="/wishes",
        summary="Who wishes to be told of a free specialist, and who was told lately",
        tag="specialists",
        right=Right.LOOK,
        handle=list_wishes,
        answer=WishList,
        query=WishesWanted,
        body=Nothing,
    ),
    Route(
        name="withdraw_wish",
        method="DELETE",
        path="/wishes/{wish_id}",
        summary="Wish it no more",
        tag="specialists",
        right=Right.SERVE,
        handle=withdraw_wish,
        answer=None,
        query=Nothing,
        body=Nothing,
        status=HTTPStatus.NO_CONTENT,
        refusals=(NotFound,),
    ),
    Route(
        name="mark_specialist_away",
        method="PUT",
        path="/specialists/{specialist_id}/away",
        summary="A specialist is away until a moment; his stand-ins are asked meanwhile",
        tag="specialists",
        right=Right.SERVE,
        handle=mark_away,
        answer=SpecialistDocument,
        query=Nothing,
        body=AwayMarking,
        refusals=(NotFound, Refused),
    ),
    Route(
        name="mark_specialist_back",
        method="DELETE",
        path="/specialists/{specialist_id}/away",
        summary="A specialist is back",
        tag="specialists",
        right=Right.SERVE,
        handle=mark_back,
        answer=SpecialistDocument,
        query=Nothing,
        body=Nothing,
        refusals=(NotFound,),
    ),
)
