"""What Asterisk says reaches the call or the seat it is about, and nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from calls.errors import StoreFault
from engine.mailbox import PostOffice
from engine.watcher import Elsewhere, PhonesAt, SeatPhones, Watcher
from engine.whereabouts import Whereabouts
from pbx.ami.messages import AmiEvent
from routing.waiting import Offer
from seats.seat import Phone, Seat, SeatDefinition
from seats.state import SeatState

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CALL, SEAT_LEG, OTHER = "zhida-1.0", "zhida-1.1", "zhida-9.0"
SEAT = SeatDefinition(seat_id="8001", devices=("PJSIP/8001", "PJSIP/9001"), groups=("priority",))


def a_seat(phone: Phone) -> Seat:
    return Seat(
        seat_id="8001",
        state=SeatState.AWAY,
        since=NOW,
        why="",
        phone=phone,
        devices=SEAT.devices,
        groups=SEAT.groups,
        skills={},
        agent="",
    )


def an_offer(number: int) -> Offer:
    deadline = NOW + timedelta(seconds=number)
    return Offer(offer_id=f"1-{number}", call_id=CALL, seat_id="8001", group="priority", devices=SEAT.devices, deadline=deadline)


class Board:
    """Remembers what it is told of phones; away while `fails`."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Phone, bool]] = []
        self.why = ""
        self.fails = False

    async def phone(self, seat_id: str, phone: Phone, *, why: str = "", ready: bool = False) -> None:
        await asyncio.sleep(0)
        if self.fails:
            raise StoreFault("redis_away", "Redis does not answer.")
        self.told.append((seat_id, phone, ready))
        self.why = why


class Exchange:
    def __init__(self, *, auto_login: bool = False) -> None:
        self.post = PostOffice()
        self.board = Board()
        self.linked = True
        self.phones = SeatPhones(self.board, ready_when_registered=auto_login, reported=lambda _: self.linked)  # type: ignore[arg-type]
        self.phones.define([SEAT])
        self.watcher = Watcher(self.post, self.phones)

    def says(self, name: str, **headers: str) -> None:
        self.watcher.saw(AmiEvent(name, headers))

    async def device(self, device: str, state: str) -> None:
        self.says("DeviceStateChange", Device=device, State=state)
        await self.settles()

    async def settles(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


async def test_the_leg_that_answers_a_calls_dial_is_its_seat() -> None:
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    exchange.says("DialBegin", Uniqueid=CALL, DestUniqueid=SEAT_LEG)
    assert mailbox.ringing == {SEAT_LEG}
    exchange.says("DialEnd", Uniqueid=CALL, DestUniqueid=SEAT_LEG, DestChannel="PJSIP/8001-1", DialStatus="ANSWER")
    assert mailbox.seat_answer is not None
    assert (mailbox.seat_answer.leg, mailbox.seat_answer.channel) == (SEAT_LEG, "PJSIP/8001-1")


@pytest.mark.parametrize("status", ["BUSY", "NOANSWER", "CANCEL", ""])
async def test_a_dial_that_ends_otherwise_is_no_answer(status: str) -> None:
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    exchange.says("DialEnd", Uniqueid=CALL, DestUniqueid=SEAT_LEG, DialStatus=status)
    assert mailbox.seat_answer is None


async def test_an_answer_and_a_hangup_in_nobodys_hands_are_passed_on_to_be_looked_at() -> None:
    exchange = Exchange()
    exchange.post.open(CALL)
    strayed: list[str] = []
    exchange.watcher.strayed = strayed.append
    exchange.says("DialEnd", Uniqueid=OTHER, DestUniqueid=SEAT_LEG, DialStatus="BUSY")
    exchange.says("DialEnd", Uniqueid=CALL, DestUniqueid=SEAT_LEG, DialStatus="ANSWER")
    exchange.says("Hangup", Uniqueid=CALL)
    assert strayed == []
    exchange.says("DialEnd", Uniqueid=OTHER, DestUniqueid=SEAT_LEG, DialStatus="ANSWER")
    exchange.says("Hangup", Uniqueid=OTHER)
    assert strayed == [OTHER, OTHER]


async def test_events_of_calls_that_are_not_ours_change_nothing() -> None:
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    exchange.says("DialEnd", Uniqueid=OTHER, DestUniqueid=SEAT_LEG, DialStatus="ANSWER")
    exchange.says("ConfbridgeJoin", Conference=OTHER, Uniqueid=SEAT_LEG)
    exchange.says("Hangup", Uniqueid=SEAT_LEG, Cause="16")
    exchange.says("Newstate", Uniqueid=SEAT_LEG, ChannelState="6")
    exchange.says("SomethingElse", Uniqueid=CALL)
    exchange.says("DialEnd")
    assert (mailbox.seat_answer, mailbox.members, mailbox.gone, mailbox.answered) == (None, frozenset(), frozenset(), frozenset())


async def test_who_joins_and_leaves_the_room_is_seen() -> None:
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    exchange.says("ConfbridgeJoin", Conference=CALL, Uniqueid=SEAT_LEG)
    assert mailbox.members == {SEAT_LEG}
    exchange.says("ConfbridgeLeave", Conference=CALL, Uniqueid=SEAT_LEG)
    assert mailbox.members == frozenset()
    assert mailbox.gone == {SEAT_LEG}


async def test_a_watched_legs_end_is_told_with_its_cause() -> None:
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    mailbox.watch("spec-1")
    exchange.says("Newstate", Uniqueid="spec-1", ChannelState="6", Channel="PJSIP/out-1")
    exchange.says("Hangup", Uniqueid="spec-1", Cause="17")
    assert mailbox.answered == {"spec-1"}
    assert mailbox.cause("spec-1") == 17


@pytest.mark.parametrize("cause", ["", "x", "-1", "99999999999999999999", "١٧"])
async def test_a_cause_that_is_no_number_is_unknown(cause: str) -> None:
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    mailbox.watch("spec-1")
    exchange.says("Hangup", Uniqueid="spec-1", Cause=cause)
    assert mailbox.gone == {"spec-1"}


async def test_a_phone_that_holds_is_told_and_one_that_keys_something_in_holds_nothing() -> None:
    exchange, told = Exchange(), []
    exchange.watcher.holds = SimpleNamespace(said=lambda _, leg, *, held: told.append((leg, held)))
    exchange.post.open(CALL).watch(SEAT_LEG)
    for music in ("zhida-keys", "zhida"):
        exchange.says("Hold", Uniqueid=SEAT_LEG, MusicClass=music)
        exchange.says("Unhold", Uniqueid=SEAT_LEG)
    assert told == [(SEAT_LEG, True), (SEAT_LEG, False)]


async def test_after_a_call_left_our_hands_its_legs_are_forgotten() -> None:
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    mailbox.watch(SEAT_LEG)
    exchange.post.close(mailbox)
    assert not exchange.post.legs
    assert exchange.post.of_call(CALL) is None


async def test_a_seat_is_idle_when_one_of_its_phones_is() -> None:
    exchange = Exchange()
    await exchange.device("PJSIP/9001", "UNAVAILABLE")
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    assert exchange.board.told[-1] == ("8001", Phone.IDLE, False)
    assert exchange.phones.reachable("8001") == ("PJSIP/8001",)


async def test_a_seat_is_in_use_when_one_of_its_phones_is() -> None:
    exchange = Exchange()
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    await exchange.device("PJSIP/9001", "RINGING")
    assert exchange.board.told[-1][1] is Phone.IN_USE


async def test_a_seat_none_of_whose_phones_is_registered_says_which() -> None:
    exchange = Exchange()
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    await exchange.device("PJSIP/8001", "UNAVAILABLE")
    assert exchange.board.told[-1][1] is Phone.UNREACHABLE
    assert exchange.board.why == "8001 and 9001 not registered"


async def test_a_phone_that_registers_makes_its_seat_ready_in_the_lab_only() -> None:
    for auto_login in (True, False):
        exchange = Exchange(auto_login=auto_login)
        await exchange.device("PJSIP/8001", "NOT_INUSE")
        assert exchange.board.told == [("8001", Phone.IDLE, auto_login)]


async def test_a_phone_that_was_in_use_does_not_make_a_paused_seat_ready_when_it_is_idle_again() -> None:
    exchange = Exchange(auto_login=True)
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    await exchange.device("PJSIP/8001", "INUSE")
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    assert [ready for _, _, ready in exchange.board.told] == [True, False, False]


async def test_the_same_state_is_not_told_twice() -> None:
    exchange = Exchange()
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    assert len(exchange.board.told) == 1


async def test_the_newest_of_several_states_is_the_one_the_board_ends_up_with() -> None:
    exchange = Exchange()
    for state in ("NOT_INUSE", "RINGING", "INUSE", "NOT_INUSE", "UNAVAILABLE"):
        exchange.says("DeviceStateChange", Device="PJSIP/8001", State=state)
    await exchange.settles()
    assert exchange.board.told[-1][1] is Phone.UNREACHABLE


async def test_what_the_board_could_not_be_told_is_told_with_the_next_word() -> None:
    exchange = Exchange()
    exchange.board.fails = True
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    exchange.board.fails = False
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    assert exchange.board.told == [("8001", Phone.IDLE, False)]


async def test_an_unknown_device_is_nobodys() -> None:
    exchange = Exchange()
    await exchange.device("PJSIP/7777", "INUSE")
    assert exchange.board.told == []


async def test_a_phone_that_talks_when_live_state_lost_its_seat_makes_it_ready_in_the_lab() -> None:
    exchange = Exchange(auto_login=True)
    await exchange.device("PJSIP/8001", "INUSE")
    assert exchange.board.told == [("8001", Phone.IN_USE, True)]


async def test_what_live_state_believes_wrongly_is_told_with_the_next_word() -> None:
    exchange = Exchange()
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    exchange.phones.believed([a_seat(Phone.UNREACHABLE)])
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    assert [phone for _, phone, _ in exchange.board.told] == [Phone.IDLE, Phone.IDLE]


async def test_an_engine_that_starts_makes_no_seat_ready_that_live_state_knows() -> None:
    """Somebody missed a call and is away; his phone was there all the time."""
    exchange = Exchange(auto_login=True)
    exchange.phones.believed([a_seat(Phone.IDLE)])
    await exchange.device("PJSIP/8001", "NOT_INUSE")
    assert exchange.board.told == []


async def test_a_word_that_comes_while_the_last_one_is_just_told_is_not_lost() -> None:
    exchange = Exchange()
    exchange.says("DeviceStateChange", Device="PJSIP/8001", State="NOT_INUSE")
    (telling,) = exchange.phones._telling.values()
    telling.add_done_callback(lambda _: exchange.says("DeviceStateChange", Device="PJSIP/8001", State="UNAVAILABLE"))
    await exchange.settles()
    assert exchange.board.told[-1][1] is Phone.UNREACHABLE


async def test_an_old_dials_answer_is_not_taken_for_that_of_the_next() -> None:
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    exchange.says("DialBegin", Uniqueid=CALL, DestUniqueid=SEAT_LEG)
    mailbox.forget_ringing()
    exchange.says("DialEnd", Uniqueid=CALL, DestUniqueid=SEAT_LEG, DestChannel="PJSIP/8001-1", DialStatus="ANSWER")
    assert mailbox.seat_answer is None


async def test_a_call_that_came_back_keeps_its_legs_when_its_old_mailbox_is_closed() -> None:
    exchange = Exchange()
    old = exchange.post.open(CALL)
    old.watch(SEAT_LEG)
    new = exchange.post.open(CALL)
    new.watch(SEAT_LEG)
    exchange.post.close(old)
    assert exchange.post.legs == {SEAT_LEG: new}
    assert exchange.post.of_call(CALL) is new


async def test_a_leg_that_asterisk_no_longer_lists_is_gone_when_it_is_missed_twice() -> None:
    """One that was ordered a moment ago is not listed yet."""
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    mailbox.watch(SEAT_LEG)
    exchange.post.compare([CALL], {})
    assert mailbox.gone == frozenset()
    exchange.post.compare([CALL], {})
    assert mailbox.gone == {SEAT_LEG}


async def test_of_two_offers_the_newer_one_is_taken() -> None:
    exchange = Exchange()
    mailbox = exchange.post.open(CALL)
    older, newer = (an_offer(number) for number in (1, 2))
    mailbox.offered(older)
    assert mailbox.take_offer(newer) is newer
    assert mailbox.take_offer() is None
    mailbox.offered(newer)
    assert mailbox.take_offer(older) is newer


async def test_while_asterisk_reports_nothing_a_seat_whose_talk_is_over_has_an_idle_phone() -> None:
    exchange = Exchange()
    await exchange.device("PJSIP/8001", "INUSE")
    exchange.phones.hung_up("8001")
    await exchange.settles()
    assert exchange.board.told[-1] == ("8001", Phone.IN_USE, False)  # Asterisk will say when it is
    exchange.linked = False
    exchange.phones.hung_up("8001")
    await exchange.settles()
    assert exchange.board.told[-1] == ("8001", Phone.IDLE, False)


async def test_an_unregistered_phone_stays_so_whatever_was_rung() -> None:
    exchange = Exchange()
    await exchange.device("PJSIP/8001", "INUSE")
    await exchange.device("PJSIP/8001", "UNAVAILABLE")
    exchange.linked = False
    exchange.phones.hung_up("8001")
    await exchange.settles()
    assert exchange.board.told[-1][1] is Phone.UNREACHABLE


class TestTwoAsterisks:
    """What each of them says of the phones."""

    def two(self) -> tuple[Board, SeatPhones]:
        board = Board()
        phones = SeatPhones(
            board,  # type: ignore[arg-type]
            ready_when_registered=False,
            reported=lambda _: True,
            elsewhere=Elsewhere(where=Whereabouts(["one", "two"]), across=lambda place: f"trunk-{place}"),
        )
        phones.define([SEAT])
        return board, phones

    async def settles(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def test_a_device_elsewhere_is_dialled_across(self) -> None:
        _, phones = self.two()
        phones.saw("PJSIP/8001", "NOT_INUSE", "one")
        phones.saw("PJSIP/9001", "NOT_INUSE", "two")
        assert PhonesAt(phones, "one").reachable("8001") == ("PJSIP/8001", "PJSIP/9001@trunk-two")
        assert PhonesAt(phones, "two").reachable("8001") == ("PJSIP/8001@trunk-one", "PJSIP/9001")

    async def test_the_first_to_speak_makes_nobody_unreachable(self) -> None:
        board, phones = self.two()
        PhonesAt(phones, "one").saw_all({"PJSIP/8001": "UNAVAILABLE", "PJSIP/9001": "UNAVAILABLE"})
        await self.settles()
        assert board.told == []
        PhonesAt(phones, "two").saw_all({"PJSIP/8001": "NOT_INUSE", "PJSIP/9001": "UNAVAILABLE"})
        await self.settles()
        assert board.told == [("8001", Phone.IDLE, False)]

    async def test_a_silent_asterisks_seats_are_unreachable_until_it_is_heard_again(self) -> None:
        board, phones = self.two()
        PhonesAt(phones, "one").saw_all({"PJSIP/8001": "UNAVAILABLE"})
        PhonesAt(phones, "two").saw_all({"PJSIP/8001": "NOT_INUSE"})
        await self.settles()
        phones.lost("two")
        await self.settles()
        assert board.told[-1] == ("8001", Phone.UNREACHABLE, False)
        assert phones.reachable("8001", "one") == ("PJSIP/8001@trunk-two",), "who heard of no silence may still offer it"
        PhonesAt(phones, "two").saw_all({"PJSIP/8001": "NOT_INUSE"})
        await self.settles()
        assert board.told[-1] == ("8001", Phone.IDLE, False)
