"""Voice messages are found, described and kept as recordings are."""

from datetime import timedelta
from hashlib import sha256

import pytest
from structlog.testing import capture_logs

from calls.errors import Conflict, Gone, NotFound
from calls.events import RecordingFinished, VoicemailLeft
from pbx.recordings import finish_recordings
from tests.unit.engine.tapes import CALL, House
from tests.unit.pbx.test_recordings import a_half
from tests.unit.tickets import builders as told
from tickets.fold import fold
from tickets.manifests import Hold, voicemail_name


def message(house: House, *, take: int = 1, seconds: float = 5, call_id: str = CALL) -> str:
    """Asterisk has written it, and the call is over."""
    name = voicemail_name(call_id, take)
    a_half(house.folder / f"{name}-in.wav", *[8000, -8000] * round(4000 * seconds))
    for made in finish_recordings(house.folder, ()):
        house.keeper.pending[made.stem] = made
    return name


async def test_the_message_that_an_engine_saw_is_kept_and_heard(house: House) -> None:
    house.records[CALL] = fold(told.voicemail())
    name = message(house)
    await house.keeper.keep_pending()
    [finished] = house.facts
    assert isinstance(finished, RecordingFinished)
    assert (finished.name, finished.length_s, finished.consult) == (name, 5.0, "")
    manifest = await house.api.voicemail(CALL)
    assert (manifest.name, manifest.call_id, manifest.files[0].left, manifest.files[0].right) == (name, CALL, "caller", "")
    sound = await house.api.voicemail_sound(CALL)
    heard = b"".join([chunk async for chunk in sound.stream(0, sound.size)])
    assert (len(heard), sha256(heard).hexdigest()) == (sound.size, sound.sha256)
    with pytest.raises(NotFound) as none:
        await house.api.sound(CALL)
    assert none.value.code == "recording_none"


async def test_the_message_that_no_engine_saw_is_found_and_told(house: House) -> None:
    house.records[CALL] = fold([*told.arrival(), *told.end(second=60, reason="menu_left")])
    name = message(house)
    await house.keeper.keep_pending()
    found, finished = house.facts
    assert isinstance(found, VoicemailLeft)
    assert isinstance(finished, RecordingFinished)
    assert (found.name, found.length_s, found.how, found.at) == (name, 5.0, "found", told.at(60))
    house.records[CALL] = fold([*told.arrival(), *told.end(second=60, reason="menu_left"), *house.facts])
    assert (await house.api.voicemail(CALL)).name == name


async def test_what_is_no_message_is_removed(house: House) -> None:
    house.records[CALL] = fold([*told.arrival(), *told.end(second=60, reason="closed")])
    name = message(house, seconds=1)
    with capture_logs() as logs:
        await house.keeper.keep_pending()
    assert house.facts == []
    assert not list(house.folder.iterdir())
    assert [entry["recording"] for entry in logs if entry["event"] == "voicemail_was_none"] == [name]


async def test_of_what_he_said_again_the_one_he_left_is_kept(house: House) -> None:
    house.records[CALL] = fold(told.voicemail(take=2))
    message(house, take=1)
    name = message(house, take=2, seconds=6)
    await house.keeper.keep_pending()
    assert [fact.name for fact in house.facts if isinstance(fact, RecordingFinished)] == [name]
    assert not (house.folder / f"{voicemail_name(CALL, 1)}.wav").exists()


async def test_where_no_engine_saw_which_one_he_left_all_are_kept(house: House) -> None:
    ended = [*told.arrival(), *told.end(second=60, reason="menu_left")]
    house.records[CALL] = fold(ended)
    first = message(house, take=1)
    await house.keeper.keep_pending()
    house.records[CALL] = fold([*ended, *house.facts])
    second = message(house, take=2, seconds=6)
    await house.keeper.keep_pending()
    record = fold([*ended, *house.facts])
    assert sorted(one.name for one in record.kept) == [first, second]
    assert record.voicemail is not None
    assert record.voicemail.name == second


async def test_a_message_is_kept_beyond_its_time_and_removed_in_it(house: House) -> None:
    house.records[CALL] = fold(told.voicemail())
    message(house)
    await house.keeper.keep_pending()
    house.records[CALL] = fold([*told.voicemail(), *house.facts])
    await house.api.keep(CALL, Hold(at=told.at(300), by="supervisor", why="投诉"))
    house.later = timedelta(days=31)
    assert await house.keeper.remove_old() == 0
    await house.api.keep(CALL, None)
    assert await house.keeper.remove_old() == 1
    with pytest.raises(Gone):
        await house.api.voicemail_sound(CALL)
    assert (await house.api.voicemail(CALL)).removed is not None


async def test_why_there_is_no_message_to_hear(house: House) -> None:
    house.records[CALL] = fold(told.served())
    with pytest.raises(NotFound) as none:
        await house.api.voicemail(CALL)
    assert none.value.code == "voicemail_none"
    house.records[CALL] = fold(told.voicemail(second=(house.now() - told.START).total_seconds() - 60))
    with pytest.raises(Conflict):
        await house.api.voicemail(CALL)
