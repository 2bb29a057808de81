"""What specialists answered, as JSON."""

from datetime import date

from api.documents.plain import Document, Moment
from tickets.answers import ReplyKind, SpecialistAnswer


class AnswerDocument(Document):
    """One answer of a specialist. It is never changed; what he has to add is another.

    `reply` is solved_online, follow_up (until the day `until`), not_ours (it is `referred_to`'s, where that is known) or remark.
    """

    answer_id: str
    place: int
    specialist_id: str
    name: str
    department: str
    reply: ReplyKind
    text: str
    until: date | None
    referred_to: str | None
    at: Moment


def answer_document(answer: SpecialistAnswer) -> AnswerDocument:
    """An answer."""
    draft = answer.draft
    return AnswerDocument(
        answer_id=answer.answer_id,
        place=answer.place,
        specialist_id=answer.specialist_id,
        name=answer.name,
        department=answer.department,
        reply=draft.kind,
        text=draft.text,
        until=draft.until,
        referred_to=draft.referred_to or None,
        at=answer.at,
    )
