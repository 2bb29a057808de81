"""Manifests of what seats said of a caller to whom they handed him on."""

from datetime import datetime

import pytest

from calls.events import Answered, ConsultStarted, Event, Held, SeatLeft, ThreeWayStarted, TransferAsked, TransferEnded
from tests.unit.tickets.builders import CALL, answer, arrival, at, end, identity, waiting
from tickets.consults import manifest_of_consult
from tickets.fold import fold
from tickets.manifests import Manifest, SoundFile, consult_id, consult_name, file_name

LEG = f"xfer-{CALL}-5f3a"
ABOUT = consult_id(CALL, LEG)
SOUND = SoundFile(name="sound.wav", sha256="0" * 64, size=44, rate_hz=8000, length_s=60.0)


def handed_on(*what_came_of_it: Event, target: str = "seat", to: str = "8004", joined: bool = True) -> Manifest | None:
    """The seat answers at 5, announces the caller to somebody at 60, who comes at 70; the call ends at 200."""
    who = to if target == "seat" else "outside"
    came = [Answered(call_id=CALL, at=at(70), offer_id=LEG, seat_id=who, group="qilai", waited_s=0, agent="a2")]
    facts = [
        *arrival(),
        *identity(),
        *waiting(),
        *answer(),
        ConsultStarted(call_id=CALL, at=at(60), seat_id="8001"),
        TransferAsked(
            call_id=CALL, at=at(60), transfer_id=LEG, target=target, to=to, name="", announced=True, by="a1", seat_id="8001", summary=""
        ),
        *(came if joined else []),
        *what_came_of_it,
        *end(),
    ]
    return manifest_of_consult(fold(facts), ABOUT, SOUND, finished=at(210))


def ended(second: float, outcome: str) -> Event:
    return TransferEnded(call_id=CALL, at=at(second), transfer_id=LEG, outcome=outcome)


def windows(manifest: Manifest | None) -> list[tuple[datetime, datetime | None]]:
    assert manifest is not None
    assert manifest.consult is not None
    return [(window.since, window.until) for window in manifest.consult.windows]


def completed() -> list[Event]:
    return [ended(90, "done"), ThreeWayStarted(call_id=CALL, at=at(90)), SeatLeft(call_id=CALL, at=at(90), seat_id="8001")]


def test_from_the_answer_until_he_was_handed_on() -> None:
    manifest = handed_on(*completed())
    assert windows(manifest) == [(at(70), at(90))]
    assert manifest is not None
    assert manifest.consult is not None
    assert (manifest.consult.target, manifest.consult.to, manifest.consult.name) == ("seat", "8004", "a2")
    assert manifest.recorded == at(70)
    assert [(span.who, span.id) for span in manifest.on_line] == [("seat", "8001"), ("seat", "8004")]


def test_what_the_second_seat_says_apart_later_is_none_of_it() -> None:
    assert windows(handed_on(*completed(), Held(call_id=CALL, at=at(120), seat_id="8004"))) == [(at(70), at(90))]


def test_one_that_came_to_nothing_is_recorded_until_the_target_left() -> None:
    left = SeatLeft(call_id=CALL, at=at(80), seat_id="outside")
    manifest = handed_on(left, ended(80, "left"), target="number", to="051586660003")
    assert windows(manifest) == [(at(70), at(80))]
    assert manifest is not None
    assert manifest.consult is not None
    assert (manifest.consult.target, manifest.consult.to) == ("number", "051586660003")


def test_one_who_hangs_up_in_the_midst_of_it_ends_it() -> None:
    assert windows(handed_on()) == [(at(70), at(200))]


@pytest.mark.parametrize("outcome", ["no_answer", "declined", "cancelled"])
def test_where_nobody_came_there_is_none(outcome: str) -> None:
    assert handed_on(ended(80, outcome), joined=False) is None


def test_who_came_when_the_caller_was_his_already_has_said_nothing_apart() -> None:
    """The first seat hung up while the second one's phone rang."""
    joined = [ThreeWayStarted(call_id=CALL, at=at(65)), SeatLeft(call_id=CALL, at=at(65), seat_id="8001")]
    assert handed_on(*joined, ended(70, "done")) is None


def test_its_file_is_told_from_a_specialists() -> None:
    name = file_name(f"{consult_name(CALL, LEG)}.wav")
    assert name is not None
    assert (name.call_id, name.consult) == (CALL, "xfer-5f3a")
    assert consult_id(CALL, f"spec-{CALL}-0-1") == "0-1"
