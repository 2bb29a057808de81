"""Where a phone is, of what two Asterisks say of it."""

from engine.whereabouts import Whereabouts
from seats.seat import Phone

PHONE = "PJSIP/8001"


def both_heard() -> Whereabouts:
    where = Whereabouts(["one", "two"])
    where.heard("one")
    where.heard("two")
    return where


def test_a_phone_is_not_known_until_both_have_been_heard() -> None:
    where = Whereabouts(["one", "two"])
    where.saw(PHONE, Phone.UNREACHABLE, "one")
    where.heard("one")
    assert where.phone(PHONE) is None
    where.heard("two")
    assert where.phone(PHONE) is Phone.UNREACHABLE


def test_a_phone_that_one_knows_is_known_at_once() -> None:
    where = Whereabouts(["one", "two"])
    where.saw(PHONE, Phone.IDLE, "two")
    assert (where.phone(PHONE), where.place(PHONE)) == (Phone.IDLE, "two")


def test_an_asterisk_that_never_came_is_not_waited_for() -> None:
    where = Whereabouts(["one", "two"])
    where.heard("one")
    where.lost("two")
    assert where.phone(PHONE) is Phone.UNREACHABLE


def test_where_there_is_but_one_its_word_is_enough() -> None:
    where = Whereabouts()
    where.saw(PHONE, Phone.UNREACHABLE, "")
    assert where.phone(PHONE) is Phone.UNREACHABLE


def test_a_phone_that_moved_without_a_word_is_where_it_registered_last() -> None:
    where = both_heard()
    where.saw(PHONE, Phone.IDLE, "two")
    where.saw(PHONE, Phone.IDLE, "one")
    where.saw(PHONE, Phone.IDLE, "two")  # said again, as every few seconds
    assert where.place(PHONE) == "one"
    where.saw(PHONE, Phone.UNREACHABLE, "two")
    where.saw(PHONE, Phone.IDLE, "two")
    assert where.place(PHONE) == "two"


def test_of_two_registrations_that_stand_the_one_that_ends_later_was_made_later() -> None:
    where = both_heard()
    where.saw(PHONE, Phone.IDLE, "one")
    where.saw(PHONE, Phone.IDLE, "two")
    assert [*where.doubtful("one")] == [PHONE]
    where.expires(PHONE, "one", 2000)
    assert where.place(PHONE) == "two", "nobody said yet until when that one stands"
    where.expires(PHONE, "two", 1000)
    assert where.place(PHONE) == "one"
    where.saw(PHONE, Phone.UNREACHABLE, "one")
    assert (where.place(PHONE), [*where.doubtful("two")]) == ("two", [])


def test_a_phone_that_talks_anywhere_is_in_use() -> None:
    where = both_heard()
    where.saw(PHONE, Phone.IN_USE, "one")
    where.saw(PHONE, Phone.IDLE, "two")
    assert where.phone(PHONE) is Phone.IN_USE


def test_what_a_silent_asterisk_last_said_counts_no_more_but_is_remembered() -> None:
    where = both_heard()
    where.saw(PHONE, Phone.IN_USE, "two")
    where.lost("two")
    assert (where.phone(PHONE), where.place(PHONE), where.last_place(PHONE)) == (Phone.UNREACHABLE, None, "two")
    where.saw(PHONE, Phone.IDLE, "two")
    assert (where.phone(PHONE), where.place(PHONE)) == (Phone.IDLE, "two")


def test_a_phone_whose_asterisk_fell_silent_may_register_at_the_other_one() -> None:
    where = both_heard()
    where.saw(PHONE, Phone.IDLE, "two")
    where.lost("two")
    where.saw(PHONE, Phone.IDLE, "one")
    where.saw(PHONE, Phone.IDLE, "two")
    assert where.place(PHONE) == "one", "back again, it knows an old registration"


def test_a_phone_that_did_not_ring_is_looked_for_at_its_other_registration() -> None:
    where = both_heard()
    where.saw(PHONE, Phone.IDLE, "one")
    where.saw(PHONE, Phone.IDLE, "two")
    for at in ("one", "two"):
        where.expires(PHONE, at, 1000)
    where.did_not_ring(PHONE)
    assert where.place(PHONE) == "one"
    where.expires(PHONE, "two", 1000)  # asked again, it is the same registration
    assert where.place(PHONE) == "one"
    where.expires(PHONE, "two", 1300)
    assert where.place(PHONE) == "two", "it registered there again"


def test_a_phone_that_is_registered_once_is_where_it_is_though_it_did_not_ring() -> None:
    where = both_heard()
    where.saw(PHONE, Phone.IDLE, "two")
    where.did_not_ring(PHONE)
    assert where.place(PHONE) == "two"
