"""Links wired to the roster and to what the configuration sends by."""

from dataclasses import replace
from pathlib import Path

import pytest

from calls.clock import SystemClock
from config.derive import link_rules, sending_rules
from config.settings import Settings
from engine.links import RosterRecipients, gateway_of
from engine.stores import open_stores
from sms.file import FileGateway
from sms.http import HttpGateway
from tests.unit.api.lists import FIRST, LEADER, SECOND, Roster
from tests.unit.config.builders import MINIMAL, settings_of
from tests.unit.tickets.linking import Time
from tickets.links import Sending

LINKS = 'links: {base_url: "https://links.example.cn/", secret: 0123456789abcdef0123456789abcdef, send: automatic}\n'
GATEWAY = """sms:
  http: {url: "https://sms.example.cn/", body: '{"to": "{number}", "text": "{text}"}', headers: {X-Key: {env: SMS_KEY}}, timeout_s: 7}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path, MINIMAL + LINKS + GATEWAY, environ={"SMS_KEY": "geheim"})


class Everybody(Roster):
    async def everybody(self) -> list[object]:
        self.asked = getattr(self, "asked", 0) + 1
        return list(self.held)


async def test_the_first_mobile_of_the_roster_counts_as_the_gateway_writes_it(settings: Settings) -> None:
    roster, forms = Everybody(), [settings]
    roster.held = [LEADER, replace(FIRST, mobile=("0515-86660001", "139 0000 1001", "13900001002")), SECOND]
    people = RosterRecipients(roster, Time(), lambda: forms[-1])  # type: ignore[arg-type]
    found = await people.recipient("t-1")
    assert found is not None
    assert (found.name, found.department, found.mobile) == ("张专员", "市税务局", "13900001001")
    forms.append(settings.model_copy(update={"sms": settings.sms.model_copy(update={"number_form": "e164"})}))
    again = await people.recipient("t-1")
    assert again is not None
    assert again.mobile == "8613900001001"
    without = await people.recipient("t-2")
    assert without is not None
    assert without.mobile == ""
    assert await people.recipient("nobody") is None


async def test_departments_are_read_now_and_then(settings: Settings) -> None:
    roster, clock = Everybody(), Time()
    people = RosterRecipients(roster, clock, lambda: settings)  # type: ignore[arg-type]
    for _ in range(3):
        assert await people.departments() == ("市税务局", "市住建局", "市人社局")
    clock.passes(30)
    await people.departments()
    assert roster.asked == 2


def test_what_is_sent_by(settings: Settings, tmp_path: Path) -> None:
    assert isinstance(gateway_of(settings, SystemClock()), HttpGateway)
    file = settings_of(tmp_path, MINIMAL + LINKS + "sms: {file: sms.jsonl}\n")
    assert isinstance(gateway_of(file, SystemClock()), FileGateway)
    nothing = settings_of(tmp_path, MINIMAL)
    assert gateway_of(nothing, SystemClock()) is None
    assert (link_rules(nothing).base_url, link_rules(nothing).send) == ("", Sending.OFF)
    assert (link_rules(settings).base_url, link_rules(settings).send) == ("https://links.example.cn", Sending.AUTOMATIC)
    assert sending_rules(settings).lease_s == 17
    assert "geheim" not in repr(settings)
    assert "0123456789abcdef" not in repr(link_rules(settings))


async def test_the_recorder_wishes_for_links_only_where_they_are_sent_by_themselves(settings: Settings, tmp_path: Path) -> None:
    for text, wishes in ((MINIMAL + LINKS + GATEWAY, True), (MINIMAL, False), (MINIMAL + LINKS.replace("automatic", "on_request"), False)):
        database = f"sql.url=sqlite+aiosqlite:///{tmp_path}/z.db"
        stores = open_stores(settings_of(tmp_path, text, database, environ={"SMS_KEY": "x"}), SystemClock())
        assert (stores.facts._wishes is not None) is wishes
        await stores.database.close()
