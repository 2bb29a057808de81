"""Records and tickets to rows, and back."""

from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Row

from store.sql.columns import clean
from tickets.answers import SpecialistAnswer
from tickets.deadline import Deadline
from tickets.record import CallRecord
from tickets.ticket import Disposition, Ticket, TicketStatus, Written
from tickets.types import TicketType

AnyRow = Row[*tuple[Any, ...]]
_RECORDS: Final = TypeAdapter(CallRecord)
_DEADLINES: Final = TypeAdapter(Deadline)
LONGEST_NUMBER: Final = 64  # a number is shorter; a hostile one must still fit into an index


def call_row(record: CallRecord) -> dict[str, Any]:
    """The columns of `calls` that are folded. The facts were cleaned before they were, so the record is clean."""
    return {
        "received": record.received,
        "caller_class": record.caller_class,
        "enterprise": record.enterprise,
        "seat_id": record.seat_id,
        "number_reversed": record.number[:LONGEST_NUMBER][::-1],
        "end_reason": record.end_reason,
        "recovered": record.recovered,
        "faulty": "",
        "document": _RECORDS.dump_python(record, mode="json"),
    }


def record_of(document: Any) -> CallRecord:  # noqa: ANN401 - JSON
    """The record of `calls.document`."""
    return _RECORDS.validate_python(document)


def deadline_row(deadline: Deadline) -> dict[str, Any]:
    """The columns of `tickets` that tell the deadline."""
    return {"due": deadline.due, "deadline": _DEADLINES.dump_python(deadline, mode="json")}


def deadline_of(document: Any) -> Deadline:  # noqa: ANN401 - JSON
    """The deadline of `tickets.deadline`."""
    return _DEADLINES.validate_python(document)


def written_row(written: Written) -> dict[str, Any]:
    """The columns of `tickets` that people write."""
    return {
        "status": written.status,
        "type": written.type,
        "content": clean(written.content),
        "answer": clean(written.answer),
        "disposition": written.disposition,
    }


def written_of(row: AnyRow) -> Written:
    """What people wrote, of a row of `tickets`."""
    return Written(
        status=TicketStatus(row.status),
        type=TicketType(row.type) if row.type else None,
        content=row.content,
        answer=row.answer,
        disposition=Disposition(row.disposition) if row.disposition else None,
    )


def ticket_of(row: AnyRow, answers: tuple[SpecialistAnswer, ...] = ()) -> Ticket:
    """The ticket of a row of `tickets` joined with its call's document, and what specialists answered to it."""
    return Ticket(
        number=row.number,
        version=row.version,
        created=row.created,
        record=record_of(row.document),
        written=written_of(row),
        deadline=deadline_of(row.deadline),
        updated=row.updated,
        updated_by=row.updated_by,
        answers=answers,
        sign_due=row.sign_due,
        sign_source=row.sign_source or "",
    )
