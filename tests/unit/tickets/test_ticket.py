"""A ticket's own rules: what may be written, and where it may go."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from calls.errors import Conflict, Refused
from tests.unit.tickets.builders import at, identity, served, voicemail
from tickets.deadline import Deadline, Lane, StopOn
from tickets.fold import fold
from tickets.ticket import MOVES, Disposition, Form, Ticket, TicketStatus, Written, patch_from_mapping, tags_of, ticket_number, write
from tickets.types import TicketType

S = TicketStatus
FULL = Written(type=TicketType.HELP, content="c", answer="a")


def a_ticket(status: TicketStatus = S.OPEN) -> Ticket:
    deadline = Deadline(
        due=at(86400),
        within="1 个工作日",
        source="test",
        stop_on=StopOn.CLOSED,
        provisional=False,
        problem="",
        lane=Lane.GENERAL,
        type=None,
        received=at(0),
        rules="test 1",
    )
    return Ticket(number="n", version=1, created=at(0), record=fold(served()), written=replace(FULL, status=status), deadline=deadline)


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_a_ticket_goes_only_where_the_table_says(before: TicketStatus, after: TicketStatus) -> None:
    written, patch = replace(FULL, status=before), patch_from_mapping({"status": after})
    if after is before or after in MOVES[before]:
        assert write(written, patch).status is after
    else:
        with pytest.raises(Conflict, match=f"that is {before} cannot become {after}; allowed are"):
            write(written, patch)


def test_a_patch_changes_only_what_it_names() -> None:
    patch = patch_from_mapping({"type": "投诉类", "disposition": " 三方通话 "})
    assert write(FULL, patch) == replace(FULL, type=TicketType.COMPLAINT, disposition=Disposition.THREE_WAY)
    assert write(FULL, patch_from_mapping({"type": None, "disposition": None})) == replace(FULL, type=None)
    assert write(FULL, patch_from_mapping({})) == FULL


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        ({"seat_id": "8001"}, "ticket_field_unknown", "allowed are type, content, answer, disposition, status"),
        ({"type": "praise"}, "ticket_type_unknown", "举报"),
        ({"type": 5}, "ticket_text_unusable", "type is a text"),
        ({"content": "x" * 10_001}, "ticket_text_unusable", "at most 10000"),
        ({"content": None}, "ticket_text_unusable", "content is a text"),
        ({"disposition": "ignored"}, "ticket_disposition_unknown", "direct, three_way"),
        ({"status": "done"}, "ticket_status_unknown", "open, answered_online, closed"),
    ],
)
def test_what_cannot_be_written_is_refused_with_what_can(fields: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        patch_from_mapping(fields)
    assert refused.value.code == code
    assert refused.value.fields


def test_no_ticket_is_done_before_it_says_what_it_was() -> None:
    with pytest.raises(Refused, match="without a type"):
        write(Written(), patch_from_mapping({"status": "closed"}))
    with pytest.raises(Refused, match="without the answer"):
        write(Written(), patch_from_mapping({"status": "answered_online", "type": "咨询", "answer": "  "}))
    done = write(Written(), patch_from_mapping({"status": "answered_online", "type": "咨询", "answer": "可在线办理"}))
    assert done.status is S.ANSWERED_ONLINE
    with pytest.raises(Refused, match="without a type"):
        write(done, patch_from_mapping({"type": None}))


def test_enterprises_and_projects_are_tagged() -> None:
    for caller_class, tags in (("key_enterprise", ("企业",)), ("project", ("企业",)), ("public", ()), ("anonymous", ())):
        assert tags_of(fold(identity(caller_class=caller_class))) == tags
    assert a_ticket().tags == ("企业",)


def test_only_an_open_ticket_can_be_late() -> None:
    assert not a_ticket().overdue(at(86400))
    assert a_ticket().overdue(at(86401))
    assert not a_ticket(S.CLOSED).overdue(at(86401))
    without = replace(a_ticket(), deadline=replace(a_ticket().deadline, due=None))
    assert not without.overdue(at(0) + timedelta(days=900))


def test_the_number_tells_the_day_and_keeps_growing() -> None:
    assert ticket_number(date(2026, 11, 20), 17) == "20261120-00017"
    assert ticket_number(date(2026, 11, 20), 123_456) == "20261120-123456"


def test_how_the_request_came_and_what_it_is_tagged_with() -> None:
    assert tags_of(fold(voicemail())) == ("留言",)
    assert tags_of(fold(served())) == ("企业",)
    assert replace(a_ticket(), record=fold(voicemail())).form is Form.VOICEMAIL
    assert a_ticket().form is Form.CALL
