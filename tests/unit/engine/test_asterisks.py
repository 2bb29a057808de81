"""What is done to a leg is asked of the Asterisk that it is of; one that is silent is noticed, and forgiven."""

import asyncio
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from conference.errand import Attempt
from conference.transfer import Transfer
from engine.asterisks import Asterisk, Asterisks, Neighbours, Silence
from engine.whereabouts import Whereabouts
from pbx.ami.upkeep import LinkState
from pbx.belonging import Belonging
from seats.seat import Phone

BELONGING = Belonging({"one": "lab-1", "two": "lab-2"})
DOWN = LinkState(up=False, since=datetime(2026, 11, 20, tzinfo=UTC), code="ami_closed", why="It ended.")


class Legs:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    async def into_room(self, room: str, channel: str) -> None:
        self.asked.append(("into_room", room, channel))

    async def ring_specialist(self, attempt: Attempt, room: str) -> None:
        self.asked.append(("ring_specialist", attempt.attempt_id, room))

    async def ring_target(self, transfer: Transfer, room: str) -> None:
        self.asked.append(("ring_target", transfer.transfer_id, room))

    async def hang_up(self, leg: str) -> None:
        self.asked.append(("hang_up", leg))

    async def out_of_room(self, room: str, channel: str) -> None:
        self.asked.append(("out_of_room", room, channel))

    async def mute(self, room: str, leg: str, *, muted: bool) -> None:
        self.asked.append(("mute" if muted else "unmute", room, leg))

    async def members(self, room: str) -> AbstractSet[str]:
        return {room}

    async def there(self, room: str) -> AbstractSet[str]:
        return {room}


def both() -> tuple[Asterisks, dict[str, Legs]]:
    legs = {"one": Legs(), "two": Legs()}
    several: Any = {
        name: Asterisk(name=name, pbx=None, link=None, legs=of, phones=None, watcher=None, reconciler=None)  # type: ignore[arg-type]
        for name, of in legs.items()
    }
    return Asterisks(several, BELONGING), legs


async def test_each_is_asked_for_its_own() -> None:
    asterisks, legs = both()
    await asterisks.into_room("lab-2-1795203893.0", "PJSIP/8001-00000001")
    await asterisks.hang_up("spec-lab-2-1795203893.0-1")
    await asterisks.out_of_room("lab-1-1795203893.0", "PJSIP/zhida-carrier-00000001")
    await asterisks.mute("lab-2-1795203893.0", "spec-lab-2-1795203893.0-1", muted=True)
    assert [what for what, *_ in legs["two"].asked] == ["into_room", "hang_up", "mute"]
    assert [what for what, *_ in legs["one"].asked] == ["out_of_room"]
    assert await asterisks.members("lab-2-1795203893.0") == {"lab-2-1795203893.0"}
    assert list(asterisks) == ["one", "two"]


@pytest.mark.parametrize(("up", "name"), [({"one", "two"}, "one"), ({"two"}, "two"), (set(), "one")])
def test_a_call_that_begins_here_is_placed_where_somebody_listens(up: set[str], name: str) -> None:
    several: Any = {
        one: Asterisk(
            name=one,
            watcher=None,
            pbx=None,  # type: ignore[arg-type]
            link=SimpleNamespace(state=SimpleNamespace(up=one in up)),  # type: ignore[arg-type]
            legs=Legs(),  # type: ignore[arg-type]
            phones=None,  # type: ignore[arg-type]
            reconciler=None,  # type: ignore[arg-type]
        )
        for one in ("one", "two")
    }
    assert Asterisks(several, BELONGING).heard.name == name


class Phones:
    def __init__(self) -> None:
        self.lost_at: list[str] = []
        self.where = Whereabouts(["one", "two"])
        self.looked = 0

    def lost(self, at: str) -> None:
        self.lost_at.append(at)

    def look_again(self) -> None:
        self.looked += 1


async def test_a_link_that_is_back_soon_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.asterisks._SILENT_S", 0.01)
    phones = Phones()
    silence = Silence("two", phones)  # type: ignore[arg-type]
    silence.fell(DOWN)
    silence.ended()
    await asyncio.sleep(0.03)
    assert (phones.lost_at, silence.lasts) == ([], False)


async def test_a_silence_that_lasts_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.asterisks._SILENT_S", 0)
    phones = Phones()
    silence = Silence("two", phones)  # type: ignore[arg-type]
    silence.fell(DOWN)
    silence.fell(DOWN)
    async with asyncio.timeout(30):
        while not silence.lasts:  # noqa: ASYNC110  nothing here tells
            await asyncio.sleep(0)
    assert phones.lost_at == ["two"]
    silence.ended()
    assert not silence.lasts


class Link:
    """Answers Getvar and Hangup."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables
        self.ended: list[str] = []

    async def action(self, name: str, **headers: str) -> SimpleNamespace:
        if name == "Hangup":
            self.ended.append(headers["Channel"])
        value = self.variables.get(headers.get("Variable", ""), "")
        return SimpleNamespace(ok=True, message="", get=lambda _: value)


def snapshot(*channels: str) -> Any:  # noqa: ANN401  as much of one as is looked at
    legs = {f"lab-1-{number}.0": SimpleNamespace(uniqueid=f"lab-1-{number}.0", channel=channel) for number, channel in enumerate(channels)}
    return SimpleNamespace(channels=legs)


LEG, OTHER = "PJSIP/zhida-pbx-two-00000004", "PJSIP/zhida-pbx-two2-00000005"
CONTACT = "zhida-pbx-two@@1f"


@pytest.mark.parametrize(
    ("lasts", "status", "ended"),
    [(True, "Unreachable", ["lab-1-0.0"]), (True, "Reachable", []), (False, "Unreachable", [])],
)
async def test_legs_to_one_that_neither_engine_nor_neighbour_can_hear_are_ended(lasts: bool, status: str, ended: list[str]) -> None:
    link = Link({"PJSIP_AOR(zhida-pbx-two,contact)": CONTACT, f"PJSIP_CONTACT({CONTACT},status)": status})
    silences: Any = {"one": SimpleNamespace(lasts=True), "two": SimpleNamespace(lasts=lasts)}
    neighbours = Neighbours("one", link, Phones(), silences)  # type: ignore[arg-type]
    await neighbours.look(snapshot(LEG, OTHER, "PJSIP/8001-00000001"))
    assert link.ended == ended


async def test_of_a_phone_that_is_registered_twice_the_end_is_asked() -> None:
    phones = Phones()
    ends = {f"PJSIP_CONTACT(8001;@{one},expiration_time)": end for one, end in (("a", "90"), ("b", "95"))}
    link = Link({"PJSIP_AOR(8001,contact)": "8001;@a,8001;@b", **ends})
    phones.where.saw("PJSIP/8001", Phone.IDLE, "one")
    phones.where.saw("PJSIP/8001", Phone.IDLE, "two")
    phones.where.expires("PJSIP/8001", "two", 94)
    await Neighbours("one", link, phones, {}).look(snapshot())  # type: ignore[arg-type]
    assert (phones.where.place("PJSIP/8001"), phones.looked) == ("one", 1)
