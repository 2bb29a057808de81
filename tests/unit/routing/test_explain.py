"""The whole decision, in words and as JSON."""

import json
from dataclasses import replace
from typing import Any

from routing.ends import LadderEnd, Voicemail
from routing.explain import Asked, Background, Explanation, explain, spans
from routing.plan import PERSON, VOICEMAIL, make_plan
from routing.routes import Closing, Route
from tests.unit.routing.callers import AT, ENTERPRISE, RULES, Pressed, caller
from whitelist.entries import Entry

BACKGROUND = Background(
    seats={"priority": ("8001", "8002"), "project": ("8003",), "qilai": ("8004", "8005", "8010"), "general": ("8010", "8011")},
    choices={"main": (("1", Pressed("1", "qilai")), ("2", Pressed("2", "general")), ("", Pressed("", PERSON)))},
)


def explained(number: str, dialled: str = "12345", trunk: str = "carrier", *, entry: Entry | None = None) -> Explanation:
    asked = Asked(dialled=dialled, trunk=trunk, at=AT)
    who = caller(number, trunk, trusted=trunk == "carrier")
    return explain(asked, who, rules=RULES, background=replace(BACKGROUND, entry=entry))


def document(number: str, dialled: str = "12345", trunk: str = "carrier", *, entry: Entry | None = None) -> dict[str, Any]:
    """The document as it comes out of JSON."""
    loaded: dict[str, Any] = json.loads(json.dumps(explained(number, dialled, trunk, entry=entry).document()))
    return loaded


def test_what_the_contract_promises_for_a_key_enterprise() -> None:
    said = document("0515-88880001")
    assert said["number"] == {"raw": "0515-88880001", "e164": "+8651588880001", "national": "0515-88880001", "kind": "landline"}
    caller_said = {key: said["caller"][key] for key in ("class", "enterprise", "tier", "trusted")}
    assert caller_said == {"class": "key_enterprise", "enterprise": "示例机械有限公司", "tier": "四星级", "trusted": True}
    assert said["plan"]["ivr"] == "none"
    assert [(rung["group"], rung["after_s"]) for rung in said["plan"]["ladder"]] == [("priority", 0), ("qilai", 8), ("general", 16)]
    assert said["plan"]["rank_bonus_s"] == 300
    assert all(isinstance(reason, str) and reason.endswith(".") for reason in said["reasons"])


def test_who_is_on_no_list_has_no_enterprise() -> None:
    said = document("0515-88886000")["caller"]
    assert (said["class"], said["enterprise"], said["tier"], said["entry"]) == ("public", None, None, None)


def test_a_caller_without_a_number() -> None:
    said = document("anonymous")
    assert (said["number"]["e164"], said["caller"]["class"]) == (None, "anonymous")


def test_the_untrusted_trunk_is_the_reason() -> None:
    said = document("0515-88880001", trunk="transit")
    assert (said["caller"]["class"], said["caller"]["trusted"]) == ("public", False)
    assert any("transit is not trusted" in reason for reason in said["reasons"])


def test_the_row_of_the_form_and_its_validity_are_shown() -> None:
    entry = document("0515-88880001", entry=ENTERPRISE)["caller"]["entry"]
    assert entry["source"] == {"file": "三星级及以上企业信息库.xlsx", "sheet": "工业", "row": 7}
    assert (entry["valid_until"], entry["filed_by"]) == ("2026-12-31", "示例区工信局")


def test_whose_number_it_is() -> None:
    assert document("0515-88880001")["caller"]["entry_number"] == {"number": "0515-88880001", "role": "企业联络人", "contact": "王某"}


def test_the_seats_of_every_group_are_shown() -> None:
    first = document("0515-88880001")["plan"]["ladder"][0]
    assert first == {"group": "priority", "label": "直达专席", "after_s": 0, "seats": ["8001", "8002"], "on_duty": None}


def test_what_each_key_of_a_menu_leads_to() -> None:
    plan = document("0515-88886000", "12346")["plan"]
    assert (plan["ivr"], plan["menu"]) == ("menu", "main")
    ladders = {choice["keys"]: [(rung["group"], rung["after_s"]) for rung in choice["ladder"]] for choice in plan["choices"]}
    assert ladders == {"1": [("qilai", 0), ("general", 10)], "2": [("general", 0), ("qilai", 10)], "": [("qilai", 0), ("general", 10)]}


def test_a_menu_that_is_skipped_shows_no_keys() -> None:
    assert document("0515-88880001", "12346")["plan"]["choices"] == []


def test_it_is_the_plan_that_the_call_would_get() -> None:
    explanation = explained("0515-88880001", "12346")
    assert explanation.plan == make_plan(caller("0515-88880001"), "12346", at=AT, rules=RULES)


def test_the_words() -> None:
    assert explained("0515-88880001", entry=ENTERPRISE).words() == (
        "0515-88880001 (+8651588880001) calls 12345 on trunk carrier at 2026-10-01 02:00 UTC\n"
        "Caller: 示例机械有限公司 (四星级), key_enterprise; valid until 2026-12-31; 三星级及以上企业信息库.xlsx, 工业, row 7\n"
        "IVR: none\n"
        "Ladder:\n"
        "  from 0 s: 直达专席 (priority), 8001-8002\n"
        "  from 8 s: 一企来 (qilai), 8004-8005, 8010\n"
        "  from 16 s: general, 8010-8011\n"
        "End: after 300 s the duty phone 0515-86669999 rings for 30 s, then nobody-free is played\n"
        "Fairness: nobody who comes later is served before him by a seat that may take both\n"
        "Reasons:\n"
        "  1. 0515-88880001 is on the whitelist as 示例机械有限公司 (enterprise, 四星级; 企业联络人 王某), valid until 2026-12-31.\n"
        "  2. 12345 has neither greeting nor menu.\n"
        "  3. The caller's class is key_enterprise.\n"
        "  4. The ladder: 直达专席 (priority) at 0 s, 一企来 (qilai) at 8 s, general at 16 s.\n"
        "  5. It ranks as if it had come 300 s earlier: who came more than 300 s before it is served first.\n"
        "  6. Unanswered after 300 s: the duty phone 0515-86669999 rings for 30 s, then nobody-free is played; a call-back task is"
        " made.\n"
    )


def test_the_words_of_a_menu_and_of_a_caller_without_a_number() -> None:
    words = explained("", "12346").words()
    assert words.startswith("A caller without a number calls 12346 on trunk carrier at ")
    assert "IVR: menu main (zh)\n" in words
    assert "Ladder after key 2:\n  from 0 s: general, 8010-8011\n  from 10 s: 一企来 (qilai), 8004-8005, 8010\n" in words
    assert "Ladder after no valid key:\n" in words


def test_hostile_numbers_stay_on_their_line() -> None:
    for number in ("%0d%0aEvent: Fake", "0515\r\n88880001", "9" * 5000, "\u202e1000"):
        explanation = explained(number)
        assert explanation.words().splitlines()[1].startswith("Caller: ")
        assert len(explanation.words()) < 2000
        assert explanation.document()["caller"]["class"] in ("anonymous", "public")


def test_seats_are_written_as_people_write_them() -> None:
    assert spans(["8001", "8002", "8003", "8010", "09", "10"]) == "8001-8003, 8010, 09-10"
    assert spans([]) == ""


def test_the_seats_that_a_group_keeps_back_are_his_or_he_leaves_them() -> None:
    background = replace(BACKGROUND, kept_back={"qilai": 2}, kept_for=("key_enterprise", "project"))
    asked = Asked(dialled="12345", trunk="carrier", at=AT)
    his, others = (explain(asked, caller(number), rules=RULES, background=background) for number in ("0515-88880001", "0515-88886000"))
    rungs = [one.document()["plan"]["ladder"] for one in (his, others)]
    assert [(rung["kept_back"], rung["kept_for_him"]) for rung in (rungs[0][1], rungs[1][0])] == [(2, True), (2, False)]
    assert "kept_back" not in rungs[0][0]
    assert "8004-8005, 8010; also the last 2 ready, kept for key_enterprise, project" in his.words()
    assert "; leaves the last 2 ready to key_enterprise, project" in others.words()


def test_a_choice_that_leads_to_a_voice_message() -> None:
    ways = {"main": (("9", Pressed("9", VOICEMAIL)),)}
    asked = Asked(dialled="12346", trunk="carrier", at=AT)
    said = explain(asked, caller("0515-88886000"), rules=RULES, background=replace(BACKGROUND, choices=ways))
    [choice] = said.document()["plan"]["choices"]
    assert (choice["first"], choice["ladder"], choice["closed"]) == ([{"voicemail": "voicemail-ask"}], [], False)
    assert "At once after key 9: voicemail-ask asks for a voice message\n" in said.words()


def test_a_closed_line_and_a_ladders_end_that_take_messages() -> None:
    shut = replace(RULES, routes=(Route(name="shut", closed=Closing(steps=(Voicemail(prompt="voicemail-closed"),))),))
    asked = Asked(dialled="12345", trunk="carrier", at=AT)
    said = explain(asked, caller("0515-88886000"), rules=shut, background=BACKGROUND)
    assert said.document()["plan"]["first"] == [{"voicemail": "voicemail-closed"}]
    assert "Closed: voicemail-closed asks for a voice message\n" in said.words()
    busy = replace(RULES, end=LadderEnd(after_s=60, steps=(Voicemail(prompt="voicemail-busy"),)))
    said = explain(asked, caller("0515-88886000"), rules=busy, background=BACKGROUND)
    assert said.document()["plan"]["end"]["steps"] == [{"voicemail": "voicemail-busy"}]
    assert "End: after 60 s voicemail-busy asks for a voice message\n" in said.words()
