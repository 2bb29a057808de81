"""Delivery receipts: what a gateway tells of messages it took, in whichever form it writes them. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from calls.errors import Refused
from tickets.templates import at, text_of

MOST: Final = 1000
"""Receipts in one request; gateways send a hundred at most."""
_LONGEST_STATE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRules:
    """How the gateway writes them.

    Args:
        secret: what it shows, in the address or as a password. "": it tells nothing.
        list_field: where the receipts are, "" where the whole is one, or a list of them. form_field: the field of a form that holds it as
            JSON; "" where a form's fields are the receipt itself.
        id_field: the message's id, ours or the gateway's own. state_field: what became of it; any state that is neither
            among `delivered` nor `failed` says that it is still on its way.
        answer: what it wants to read when they were taken.
    """

    secret: str = field(default="", repr=False)
    list_field: str = ""
    form_field: str = ""
    id_field: str = "id"
    state_field: str = "status"
    delivered: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    answer: str = "OK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One message's: its id, whether it is on the phone or never will be, and what the gateway calls that."""

    message: str
    delivered: bool
    state: str


def receipts_in(body: str, rules: ReceiptRules, *, form: bool) -> list[Receipt]:
    """All that tell an end; what cannot be read as one is passed over.

    Raises: Refused: the whole cannot be read.
    """
    rows = at(_document(body, rules, form=form), rules.list_field) if rules.list_field else _document(body, rules, form=form)
    rows = rows if isinstance(rows, list) else [rows]
    if len(rows) > MOST:
        raise Refused("receipts_too_many", f"These are {len(rows)} receipts; send {MOST} at a time.")
    read = (_receipt(row, rules) for row in rows if isinstance(row, Mapping))
    return [receipt for receipt in read if receipt is not None]


def _document(body: str, rules: ReceiptRules, *, form: bool) -> Any:  # noqa: ANN401  JSON
    try:
        fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=100)) if form else {}
        if form and not rules.form_field:
            return fields
        return json.loads(fields.get(rules.form_field, "") if form else body)
    except (ValueError, RecursionError):
        raise Refused("receipts_unreadable", "These receipts cannot be read; sms.receipts says how the gateway writes them.") from None


def _receipt(row: Mapping[str, Any], rules: ReceiptRules) -> Receipt | None:
    message, state = text_of(at(row, rules.id_field)), text_of(at(row, rules.state_field))[:_LONGEST_STATE]
    if not message or state not in rules.delivered | rules.failed:
        return None
    return Receipt(message=message, delivered=state in rules.delivered, state=state)
