"""Enterprises, specialists, and the decision for a call."""

import pytest

from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.routing.callers import ENTERPRISE
from whitelist.entries import Contact, ContactNumber, Entry, Kind, Role

BLOCK = Entry(
    entry_id="00000000000000c3",
    kind=Kind.ENTERPRISE,
    name="示例重工",
    contacts=(Contact(Role.SWITCHBOARD, "", (ContactNumber("+865158889xxxx"), ContactNumber("+8651588990000", "801"))),),
)


async def test_an_enterprise_as_the_form_has_it(observer: Asker) -> None:
    assert await observer.get(f"/enterprises/{ENTERPRISE.entry_id}") == {
        "entry_id": "00000000000000a1",
        "kind": "enterprise",
        "name": "示例机械有限公司",
        "tier": "四星级",
        "address": None,
        "industry": None,
        "scope": None,
        "authority": None,
        "notes": None,
        "filed_by": "示例区工信局",
        "valid_from": None,
        "valid_until": "2026-12-31",
        "contacts": [{"role": "企业联络人", "name": "王某", "numbers": ["0515-88880001"]}],
        "source": {"file": "三星级及以上企业信息库.xlsx", "sheet": "工业", "row": 7},
    }


@pytest.mark.parametrize("number", ["0515-88880001", "88880001", "+86 515 8888 0001", "0515-888800", "０５１５－８８８８０００１"])
async def test_whose_number_it_is(observer: Asker, number: str) -> None:
    assert [entry["name"] for entry in (await observer.get("/enterprises", number=number))["items"]] == ["示例机械有限公司"]


async def test_a_number_of_a_block(hotline: Hotline, observer: Asker) -> None:
    hotline.enterprises.held.append(BLOCK)
    [entry] = (await observer.get("/enterprises", number="0515-88891234"))["items"]
    assert entry["contacts"][0]["numbers"] == ["0515-8889xxxx", "0515-88990000 转 801"]


async def test_enterprises_by_name_and_kind(hotline: Hotline, observer: Asker) -> None:
    hotline.enterprises.held.append(BLOCK)
    assert [entry["name"] for entry in (await observer.get("/enterprises", q="重"))["items"]] == ["示例重工", "示例重点项目"]
    assert [entry["name"] for entry in (await observer.get("/enterprises", kind="project"))["items"]] == ["示例重点项目"]
    first = await observer.get("/enterprises", limit=2)
    assert len((await observer.get("/enterprises", limit=2, cursor=first["next"]))["items"]) == 1


async def test_enterprises_that_are_not_there(observer: Asker) -> None:
    assert (await observer.refused("GET", "/enterprises/0", 404))["code"] == "entry_unknown"
    assert (await observer.refused("GET", "/enterprises", 422, params={"number": "no number"}))["code"] == "number_unusable"


async def test_specialists_of_a_department(observer: Asker) -> None:
    found = await observer.get("/specialists", department="税务")
    assert [(one["name"], one["leader"]) for one in found["items"]] == [("赵局", True), ("张专员", False), ("李专员", False)]
    assert [one["name"] for one in (await observer.get("/specialists", q="孙"))["items"]] == ["孙专员"]
    first = await observer.get("/specialists", limit=4)
    assert [one["name"] for one in (await observer.get("/specialists", cursor=first["next"]))["items"]] == ["周专员"]


async def test_one_specialist(observer: Asker) -> None:
    assert await observer.get("/specialists/t-2") == {
        "specialist_id": "t-2",
        "name": "李专员",
        "unit": "市税务局",
        "department": "税务",
        "kind": "涉企政策解答专家组",
        "leader": False,
        "place": 3,
        "title": None,
        "office": ["0515-86660002"],
        "mobile": [],
        "notes": "窗口咨询专员",
        "topics": [],
        "level": None,
        "duty": [],
        "stand_ins": [],
        "on_duty": True,
        "off_duty_why": None,
        "busy": False,
    }
    assert (await observer.refused("GET", "/specialists/nobody", 404))["code"] == "specialist_unknown"


async def test_why_a_call_goes_where_it_goes(observer: Asker) -> None:
    told_of = await observer.get("/explain", number="0515-88880001")
    assert told_of["number"] == {"raw": "0515-88880001", "e164": "+8651588880001", "national": "0515-88880001", "kind": "landline"}
    assert (told_of["caller"]["class"], told_of["caller"]["enterprise"], told_of["caller"]["trusted"]) == (
        "key_enterprise",
        "示例机械有限公司",
        True,
    )
    assert [(rung["group"], rung["after_s"]) for rung in told_of["plan"]["ladder"]] == [("priority", 0), ("qilai", 8), ("general", 16)]
    assert told_of["plan"]["rank_bonus_s"] == 300
    assert told_of["reasons"]


async def test_the_same_number_over_the_untrusted_trunk(observer: Asker) -> None:
    told_of = await observer.get("/explain", number="0515-88880001", trunk="transit", dialled="12346", at="2026-10-01T02:00")
    assert (told_of["caller"]["class"], told_of["plan"]["ivr"]) == ("public", "menu")


async def test_hostile_numbers_are_explained_too(observer: Asker) -> None:
    for number in ("", "%0d%0a", "1" * 1000, "匿名", "<script>"):
        assert (await observer.get("/explain", number=number))["caller"]["enterprise"] is None


async def test_what_cannot_be_explained(observer: Asker) -> None:
    for query in ({}, {"number": "1", "at": "5"}, {"number": "1", "at": "2026-99-99"}, {"number": "1" * 1001}):
        assert (await observer.refused("GET", "/explain", 422, params=query))["code"] == "request_unusable"
    assert (await observer.refused("GET", "/explain", 422, params={"number": "1", "trunk": "nobody"}))["code"] == "trunk_unknown"
