"""What a specialist may write."""

from datetime import date

import pytest

from calls.errors import Refused
from tickets.answers import LONGEST_ANSWER, Draft, ReplyKind, draft_of

TODAY = date(2025, 9, 30)


def test_each_kind_keeps_what_belongs_to_it() -> None:
    both = {"until": "2025-10-10", "referred_to": " 市 住建局 "}
    assert draft_of(kind="solved_online", text=" 可以\r\n免征 ", today=TODAY, **both) == Draft(kind=ReplyKind.SOLVED, text="可以\n免征")
    follow_up = draft_of(kind="follow_up", text="查后回复", today=TODAY, **both)
    assert (follow_up.until, follow_up.referred_to) == (date(2025, 10, 10), "")
    assert draft_of(kind="not_ours", text="", today=TODAY, **both) == Draft(kind=ReplyKind.NOT_OURS, text="", referred_to="市 住建局")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"kind": "maybe", "text": "x"}, "answer_kind_unknown", "kind"),
        ({"kind": "", "text": "x"}, "answer_kind_unknown", "kind"),
        ({"kind": "remark", "text": " \n "}, "answer_empty", "text"),
        ({"kind": "not_ours", "text": ""}, "answer_empty", "text"),
        ({"kind": "remark", "text": "长" * (LONGEST_ANSWER + 1)}, "answer_too_long", "text"),
        ({"kind": "follow_up", "text": "x"}, "answer_date_missing", "until"),
        ({"kind": "follow_up", "text": "x", "until": "tomorrow"}, "answer_date_missing", "until"),
        ({"kind": "follow_up", "text": "x", "until": "2025-09-29"}, "answer_date_unusable", "until"),
        ({"kind": "follow_up", "text": "x", "until": "2026-10-02"}, "answer_date_unusable", "until"),
        ({"kind": "not_ours", "text": "x", "referred_to": "长" * 101}, "department_too_long", "referred_to"),
    ],
)
def test_what_is_refused_says_where(given: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        draft_of(**given, today=TODAY)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.fields["field"]) == (code, field)


def test_lines_count_once_however_a_browser_ends_them() -> None:
    assert len(draft_of(kind="remark", text="a\r\n" * 1999 + "b", today=TODAY).text) == 3999
