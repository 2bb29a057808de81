"""A call's record, whatever order its facts come in."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.events import (
    Announced,
    Answered,
    Ended,
    Event,
    Expected,
    MenuChosen,
    OfferEnded,
    Planned,
    RecordingAnnounced,
    RecordingFinished,
    RecordingPaused,
    RecordingRemoved,
    RecordingResumed,
    SeatLeft,
    SpecialistAnswered,
    SpecialistLeft,
    VoicemailLeft,
    Widened,
)
from tests.unit.tickets.builders import CALL, answer, arrival, at, end, identity, miss, served, three_way, voicemail, waiting
from tickets.fold import fold
from tickets.record import Span, VoicemailTaken

WHOLE_STORY: list[Event] = [
    *arrival(),
    *identity(),
    MenuChosen(call_id=CALL, at=at(0), menu="main", digit="1", target="qilai"),
    *waiting(),
    *miss(),
    Widened(call_id=CALL, at=at(8), group="qilai"),
    *answer(second=12, waited_s=12.0),
    *three_way(),
    *end(score=5),
]


def test_the_whole_story_is_one_record() -> None:
    record = fold(WHOLE_STORY)
    assert (record.number, record.dialled, record.trunk, record.caller_class) == ("051588880001", "12345", "carrier", "key_enterprise")
    assert record.enterprise == "盐城示例制造有限公司"
    assert record.reasons == ("号码 0515-8888 0001 在白名单", "重点企业直达专席")
    assert (record.arrived, record.queued, record.answered, record.ended) == (at(0), at(0), at(12), at(200))
    assert (record.seat_id, record.group, record.agent, record.waited_s) == ("8001", "priority", "a1", 12.0)
    assert [(offer.seat_id, offer.outcome, offer.ended) for offer in record.offers] == [
        ("8002", "declined", at(1)),
        ("8001", "answered", at(12)),
    ]
    assert record.recordings == (f"{CALL}.wav",)
    assert (record.rating, record.end_reason) == (5, "completed")
    assert record.needs_ticket
    assert not record.recovered


def test_what_was_expected_of_his_wait_and_what_he_was_told_stand_beside_it() -> None:
    told = [
        Expected(call_id=CALL, at=at(0), position=3, wait_s=95.5),
        Expected(call_id=CALL, at=at(6), position=1, wait_s=20.0),
        Announced(call_id=CALL, at=at(7), position=2, minutes=1),
        Announced(call_id=CALL, at=at(11), position=1),
    ]
    record = fold([*WHOLE_STORY, *told])
    assert (record.expected_position, record.expected_wait_s) == (3, 95.5), "as he joined; Redis lost its data later on"
    assert [(one.position, one.minutes, one.at) for one in record.announced] == [(2, 1, at(7)), (1, None, at(11))]


def test_no_wait_was_expected_where_nobody_was_on_duty() -> None:
    record = fold([*WHOLE_STORY, Expected(call_id=CALL, at=at(0), position=1, nobody_on_duty=True)])
    assert (record.expected_position, record.expected_wait_s) == (1, None)


def test_the_ladder_is_the_one_the_menu_choice_made() -> None:
    """The call is planned twice: to know its menu, and by what was pressed there."""
    before, queued = waiting()
    assert isinstance(before, Planned)
    before = replace(before, ivr="menu", ladder=("qilai@0", "general@10"), reasons=("12346 plays the menu",))
    chosen = MenuChosen(call_id=CALL, at=at(5), menu="main", digit="2", target="general")
    after = replace(before, at=at(5), ivr="none", ladder=("general@0", "qilai@10"), reasons=("pressed 2",))
    record = fold([*arrival(), *identity(), before, chosen, after, replace(queued, at=at(5))])
    assert (record.ladder, record.ivr) == (("general@0", "qilai@10"), "menu")
    assert record.reasons[-1] == "pressed 2"


def test_the_specialists_part_names_every_attempt() -> None:
    (part,) = fold(WHOLE_STORY).specialists
    assert (part.name, part.department, part.joined, part.left) == ("张专员", "市税务局", at(90), at(180))
    assert [(attempt.phone, attempt.outcome, attempt.ended) for attempt in part.attempts] == [
        ("office", "no_answer", at(80)),
        ("mobile", "joined", at(90)),
    ]


def test_who_was_on_the_line_when() -> None:
    caller = {"who": "caller", "id": "051588880001", "name": "盐城示例制造有限公司"}
    assert fold(WHOLE_STORY).on_line == (
        Span(**caller, how="waiting", since=at(0), until=at(12)),
        Span(**caller, how="talking", since=at(12), until=at(60)),
        Span(who="seat", id="8001", name="a1", how="talking", since=at(12), until=at(150)),
        Span(**caller, how="held", since=at(60), until=at(110)),
        Span(who="specialist", id="s-1", name="张专员", how="talking", since=at(90), until=at(180)),
        Span(**caller, how="talking", since=at(110), until=at(200)),
    )


def test_a_caller_who_gives_up_is_a_record_without_a_ticket() -> None:
    record = fold([*arrival(), *identity(), *waiting(), *miss(), *end(second=30, reason="abandoned")])
    assert (record.end_reason, record.waited_s, record.answered) == ("abandoned", 30.0, None)
    assert not record.needs_ticket
    assert [span.how for span in record.on_line] == ["waiting"]


def test_a_refused_call_is_a_record() -> None:
    record = fold([*arrival(number=""), Ended(call_id=CALL, at=at(1), reason="refused", detail="not in service")])
    assert (record.number, record.end_reason, record.end_detail, record.waited_s) == ("", "refused", "not in service", None)


def test_a_live_call_is_open_at_its_end() -> None:
    record = fold([*arrival(), *waiting(), *answer()])
    assert record.ended is None
    assert [(span.who, span.until) for span in record.on_line] == [("caller", at(5)), ("caller", None), ("seat", None)]


def test_nobody_is_left_on_the_line_after_the_end() -> None:
    facts = [fact for fact in WHOLE_STORY if not isinstance(fact, SeatLeft | SpecialistLeft)]
    assert all(span.until for span in fold(facts).on_line)
    assert fold(facts).specialists[0].left == at(200)


def test_an_engine_that_saw_the_end_is_believed_rather_than_the_audit() -> None:
    record = fold([*served(), Ended(call_id=CALL, at=at(120), reason="recovered")])
    assert (record.end_reason, record.ended) == ("completed", at(155))
    assert record.recovered


def test_the_engines_arrival_is_believed_rather_than_the_audits() -> None:
    record = fold([*arrival(trunk="", number="88880001", second=-1), *arrival()])
    assert (record.number, record.trunk, record.first, record.arrived) == ("051588880001", "carrier", at(-1), at(0))


def test_a_seat_that_answered_has_answered_whatever_came_late() -> None:
    late = OfferEnded(call_id=CALL, at=at(6), offer_id=f"o-{CALL}-8001", seat_id="8001", outcome="expired")
    assert [offer.outcome for offer in fold([*served(), late]).offers] == ["answered"]


def test_an_answer_told_twice_is_one_stay_on_the_line() -> None:
    again = [replace(fact, at=at(7)) for fact in answer() if isinstance(fact, Answered)]
    record = fold([*served(), *again])
    assert record.answered == at(5)
    assert [span.since for span in record.on_line if span.who == "seat"] == [at(5)]


def test_facts_of_two_calls_are_not_one_record() -> None:
    with pytest.raises(ValueError, match="exactly one call"):
        fold([*arrival("a"), *arrival("b")])
    with pytest.raises(ValueError, match="exactly one call"):
        fold([])


ORDERS = st.lists(st.integers(0, len(WHOLE_STORY) - 1), max_size=8).flatmap(
    lambda doubled: st.permutations([*WHOLE_STORY, *(WHOLE_STORY[number] for number in doubled)])
)


@settings(max_examples=200, deadline=None)
@given(ORDERS)
def test_any_order_with_any_doubles_is_the_same_record(facts: list[Event]) -> None:
    assert fold(facts) == fold(WHOLE_STORY)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WHOLE_STORY), min_size=1), st.randoms(use_true_random=False))
def test_whatever_is_missing_it_folds_and_order_does_not_matter(facts: list[Event], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    record = fold(facts)
    assert fold(shuffled) == record
    assert all(span.until is None or span.since <= span.until for span in record.on_line)


def test_what_a_specialist_answers_days_later_changes_nothing_of_the_call() -> None:
    answer = SpecialistAnswered(
        call_id=CALL, at=at(400_000), answer_id="a", place=1, ticket="20250930-00001", specialist_id="s-1", name="张专员",
        department="市税务局", reply="remark", text="补充",
    )  # fmt: skip
    assert fold([*served(), answer]) == fold(served())
def test_a_recording_is_kept_paused_and_removed_whatever_is_told_twice() -> None:
    finished = RecordingFinished(call_id=CALL, at=at(210), name=CALL, sha256="ab", size=44, length_s=1.5)
    story = [
        *WHOLE_STORY,
        RecordingAnnounced(call_id=CALL, at=at(0), prompt="call-is-recorded"),
        RecordingPaused(call_id=CALL, at=at(20), by="li"),
        RecordingPaused(call_id=CALL, at=at(22), by="li"),
        RecordingResumed(call_id=CALL, at=at(30), by="li"),
        RecordingResumed(call_id=CALL, at=at(31), by="li"),
        RecordingPaused(call_id=CALL, at=at(40), by="wang"),
        finished,
        replace(finished, at=at(211)),
        RecordingRemoved(call_id=CALL, at=at(999), name=CALL, why="Its time was over."),
    ]
    record = fold(story[::-1])
    assert record.recording_announced == at(0)
    assert [(pause.since, pause.until, pause.by) for pause in record.pauses] == [(at(20), at(30), "li"), (at(40), None, "wang")]
    [kept] = record.kept
    assert (kept.name, kept.sha256, kept.finished, kept.removed, kept.why) == (CALL, "ab", at(210), at(999), "Its time was over.")
    assert record.ended == at(200)


class TestVoicemail:
    def test_who_left_a_message_is_a_record_with_it_and_needs_a_ticket(self) -> None:
        record = fold(voicemail())
        assert record.voicemail == VoicemailTaken(name=f"{CALL}-voicemail-1", length_s=12.0, how="key", left=at(30))
        assert (record.recordings, record.end_reason, record.needs_ticket) == ((f"{CALL}-voicemail-1",), "voicemail", True)

    def test_an_engine_that_died_could_not_say_why_the_call_ended(self) -> None:
        assert fold(voicemail(reason="menu_left", how="found")).end_reason == "voicemail"

    def test_while_he_is_still_on_the_line_it_has_not_ended(self) -> None:
        record = fold(voicemail()[:-1])
        assert (record.end_reason, record.ended) == ("", None)

    def test_of_several_the_last_one_counts_and_all_are_his(self) -> None:
        again = VoicemailLeft(call_id=CALL, at=at(35), name=f"{CALL}-voicemail-2", length_s=5.0, how="found")
        record = fold([*voicemail(), again])
        assert record.voicemail is not None
        assert record.voicemail.name == f"{CALL}-voicemail-2"
        assert record.recordings == (f"{CALL}-voicemail-1", f"{CALL}-voicemail-2")

    def test_a_call_that_was_served_before_ends_as_it_ended(self) -> None:
        left = VoicemailLeft(call_id=CALL, at=at(150), name=f"{CALL}-voicemail-1", length_s=5.0, how="key")
        record = fold([*served(), left])
        assert (record.end_reason, record.voicemail is not None) == ("completed", True)
