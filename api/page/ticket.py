"""The ticket as its specialist sees it, and the form of his answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape

from api.page.words import WORDS, Language
from calls.masking import masked
from tickets.answers import FURTHEST, LONGEST_ANSWER, LONGEST_DEPARTMENT, ReplyKind, SpecialistAnswer
from tickets.links import Link
from tickets.ticket import Ticket
from tickets.types import NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What stands in the form's fields, whatever was sent."""

    kind: str = ReplyKind.SOLVED
    text: str = ""
    until: str = ""
    referred_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at the ticket.

    Args:
        local: a moment by the hotline's clock. departments: whose a matter can be.
        token: tells that the form is ours. answer_id: that of the answer that will be written.
        fault: the word for what is wrong with what was sent, "" where nothing is; place: the field it is about.
    """

    link: Link
    ticket: Ticket
    language: Language
    local: Callable[[datetime], datetime]
    today: date
    departments: Sequence[str]
    show_number: bool
    action: str
    token: str
    answer_id: str
    filled: Filled = field(default_factory=Filled)
    fault: str = ""
    place: str = ""
    saved: bool = False

    def said(self, word: str) -> str:
        """A text of the page."""
        return WORDS[self.language][word].replace("{most}", str(LONGEST_ANSWER))


def ticket_body(view: View) -> str:
    """All between bar and foot."""
    return f"<h1>{view.said('ticket')} {escape(view.ticket.number)}</h1>\n{_notes(view)}{_facts(view)}\n{_form(view)}"


def _notes(view: View) -> str:
    if view.saved:
        return f'<p class="note" role="status">{view.said("saved")}</p>\n'
    if view.fault == "meanwhile":
        return f'<p class="note bad" role="alert">{view.said("meanwhile")}</p>\n'
    if view.fault:
        sentence = view.said(view.fault if view.fault in WORDS[view.language] else "check")
        return f'<p class="note bad" role="alert"><a href="#{escape(view.place)}">{sentence}</a></p>\n'
    return ""


def _facts(view: View) -> str:
    """What may change while he writes; ticket.js puts it in place of itself."""
    record = view.ticket.record
    asked = view.ticket.written.content.strip()
    content = f'<p class="said">{escape(asked)}</p>' if asked else f'<p class="soft">{view.said("not_written")}</p>'
    tried = [(part, attempt) for part in record.specialists for attempt in part.attempts]
    attempts = "".join(
        f'<li><div class="who"><span>{escape(part.department)} {escape(part.name)}</span>'
        f'<span class="soft">{view.said(f"phone_{attempt.phone}") if attempt.phone in ("office", "mobile") else view.said("phone_")}</span>'
        f"<span>{_outcome(view, attempt.outcome)}</span>{_time(view, attempt.asked)}</div></li>"
        for part, attempt in tried
    )
    called = f"<section><h2>{view.said('attempts')}</h2><ol>{attempts}</ol></section>\n" if attempts else ""
    given = "".join(_answer(view, one) for one in view.ticket.answers)
    answers = f"<ol>{given}</ol>" if given else f'<p class="soft">{view.said("no_answers")}</p>'
    return (
        f'<div id="facts">\n<section><dl>{_rows(view)}</dl></section>\n<section><h2>{view.said("asked")}</h2>{content}</section>\n'
        f'{called}<section id="answers"><h2>{view.said("answers")}</h2>{answers}</section>\n</div>'
    )


def _rows(view: View) -> str:
    ticket, record = view.ticket, view.ticket.record
    shown = record.number if view.show_number else masked(record.number)
    kind = ticket.written.type
    type_name = "" if kind is None else NAMES[kind] if view.language == "zh" else str(kind)
    due = f'{_time(view, ticket.deadline.due)} <span class="soft">{escape(ticket.deadline.within)}</span>' if ticket.deadline.due else ""
    known = view.said(f"class_{record.caller_class}") if f"class_{record.caller_class}" in WORDS[view.language] else ""
    rows = [
        ("enterprise", escape(record.enterprise) or view.said("nobody")),
        ("class", known),
        ("type", escape(type_name)),
        ("number", escape(shown) or view.said("no_number")),
        ("arrived", _time(view, record.received)),
        ("due", due or view.said("no_due")),
        ("for", f"{escape(view.link.department)} {escape(view.link.name)}"),
    ]
    return "".join(f"<dt>{view.said(word)}</dt><dd>{value}</dd>" for word, value in rows if value)


def _time(view: View, moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f'<time class="soft" datetime="{moment.isoformat()}">{view.local(moment):%Y-%m-%d %H:%M}</time>'


def _outcome(view: View, outcome: str) -> str:
    return view.said(f"outcome_{outcome}" if f"outcome_{outcome}" in WORDS[view.language] else "outcome_failed")


def _answer(view: View, answer: SpecialistAnswer) -> str:
    draft = answer.draft
    tag = view.said(f"kind_{draft.kind}")
    if draft.until is not None:
        tag += f" · {view.said('until_said')} {draft.until.isoformat()}"
    if draft.referred_to:
        tag += f" · {view.said('referred_said')} {escape(draft.referred_to)}"
    whose = f"{escape(answer.department)} {escape(answer.name)}"
    text = f'<p class="said">{escape(draft.text)}</p>' if draft.text else ""
    return f'<li><div class="who"><strong>{whose}</strong><span class="tag">{tag}</span>{_time(view, answer.at)}</div>{text}</li>'


# ── the form ──


def _form(view: View) -> str:
    hidden = {"token": view.token, "answer_id": view.answer_id, "seen": str(len(view.ticket.answers))}
    carried = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items())
    return (
        f'<section><h2 id="write">{view.said("answer")}</h2>\n'
        f'<form id="answer" method="post" action="{escape(view.action)}" aria-labelledby="write" autocomplete="off">\n'
        f'{carried}\n'
        f'{_kinds(view)}\n{_extra(view)}\n{_text(view)}\n<button type="submit">{view.said("send")}</button>\n</form></section>'
    )


def _kinds(view: View) -> str:
    def choice(kind: ReplyKind) -> str:
        checked = " checked" if view.filled.kind == kind else ""
        return f'<label class="choice"><input type="radio" name="kind" value="{kind}" required{checked}>{view.said(f"kind_{kind}")}</label>'

    choices = "".join(choice(kind) for kind in ReplyKind)
    return f'<fieldset id="kind"><legend>{view.said("kind")}</legend><div class="kinds">{choices}</div>{_fault(view, "kind")}</fieldset>'


def _extra(view: View) -> str:
    """The field of a follow-up and that of what is not ours; without a script both are there."""
    days = f'min="{view.today}" max="{view.today + FURTHEST}"'
    until = f'<input type="date" id="until" name="until" value="{escape(view.filled.until)}" {days}{_marks(view, "until")}>'
    known = "".join(f'<option value="{escape(name)}"></option>' for name in view.departments)
    whose = (
        f'<input type="text" id="referred_to" name="referred_to" list="departments" maxlength="{LONGEST_DEPARTMENT}" '
        f'value="{escape(view.filled.referred_to)}"{_marks(view, "referred_to")}><datalist id="departments">{known}</datalist>'
    )
    return _field(view, ReplyKind.FOLLOW_UP, "until", until) + "\n" + _field(view, ReplyKind.NOT_OURS, "referred_to", whose)


def _field(view: View, kind: ReplyKind, name: str, control: str) -> str:
    label = f'<label class="label" for="{name}">{view.said(name)}</label>'
    return f'<div class="field" data-for="{kind}">{label}{control}{_fault(view, name)}</div>'


def _text(view: View) -> str:
    hint = f'<p class="soft" id="text-hint">{view.said("text_hint")}</p>'
    area = (
        f'<textarea id="text" name="text" rows="7" maxlength="{LONGEST_ANSWER}"{_marks(view, "text", described="text-hint")}>'
        f"\n{escape(view.filled.text)}</textarea>"
    )
    return f'<div class="field"><label class="label" for="text">{view.said("text")}</label>{area}{_fault(view, "text")}{hint}</div>'


def _marks(view: View, name: str, *, described: str = "") -> str:
    wrong = bool(_fault(view, name))
    by = " ".join(filter(None, (f"{name}-fault" if wrong else "", described)))
    return (' aria-invalid="true"' if wrong else "") + (f' aria-describedby="{by}"' if by else "")


def _fault(view: View, name: str) -> str:
    if not view.fault or view.place != name or view.fault not in WORDS[view.language]:
        return ""
    return f'<p class="fault" id="{name}-fault">{view.said(view.fault)}</p>'
