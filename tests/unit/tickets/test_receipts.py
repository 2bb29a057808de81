"""Receipts as gateways write them: a list, a list within, a form, JSON in a form."""

import json
from urllib.parse import urlencode

import pytest

from calls.errors import Refused
from tickets.receipts import MOST, Receipt, ReceiptRules, receipts_in

RULES = ReceiptRules(delivered=frozenset({"delivered", "DELIVRD", "SUCCESS", "true"}), failed=frozenset({"failed", "FAIL", "false"}))
ON_THE_PHONE = Receipt(message="m-1", delivered=True, state="delivered")


def rules(**fields: str) -> ReceiptRules:
    return ReceiptRules(delivered=RULES.delivered, failed=RULES.failed, **fields)


def test_one_alone_and_several() -> None:
    one = {"id": "m-1", "status": "delivered"}
    assert receipts_in(json.dumps(one), RULES, form=False) == [ON_THE_PHONE]
    two = [one, {"id": "m-2", "status": "failed"}]
    assert [(receipt.message, receipt.delivered) for receipt in receipts_in(json.dumps(two), RULES, form=False)] == [
        ("m-1", True),
        ("m-2", False),
    ]


@pytest.mark.parametrize(
    ("body", "fields", "form"),
    [
        ('[{"out_id": "m-1", "success": true}]', {"id_field": "out_id", "state_field": "success"}, False),
        ('[{"sid": "m-1", "report_status": "SUCCESS"}]', {"id_field": "sid", "state_field": "report_status"}, False),
        ('{"items": [{"message_id": "m-1", "status": "DELIVRD"}]}', {"list_field": "items", "id_field": "message_id"}, False),
        (urlencode({"id": "m-1", "status": "delivered"}), {}, True),
        (urlencode({"r": '[{"sid": "m-1", "status": "SUCCESS"}]'}), {"form_field": "r", "id_field": "sid"}, True),
        ('{"data": {"key": {"id": "m-1"}, "code": "true"}}', {"id_field": "data.key.id", "state_field": "data.code"}, False),
    ],
)
def test_each_in_its_own_form(body: str, fields: dict[str, str], form: bool) -> None:
    [receipt] = receipts_in(body, rules(**fields), form=form)
    assert (receipt.message, receipt.delivered) == ("m-1", True)


def test_what_tells_no_end_is_passed_over() -> None:
    on_its_way, of_none = {"id": "m-1", "status": "buffered"}, {"id": "", "status": "delivered"}
    rows = [on_its_way, of_none, {"status": "delivered"}, "m-1", None, {"id": "m-1", "status": "delivered"}]
    assert receipts_in(json.dumps(rows), RULES, form=False) == [ON_THE_PHONE]


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, "id=m-1"])
def test_what_cannot_be_read_is_refused(body: str) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        receipts_in(body, RULES, form=False)


def test_no_more_than_a_gateway_sends_at_once() -> None:
    with pytest.raises(Refused, match="at a time"):
        receipts_in(json.dumps([{}] * (MOST + 1)), RULES, form=False)
