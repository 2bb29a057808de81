"""Days as they are: mostly calls, answers and talks, callers who call again, seats that stop and come back, now and then a crash.

The machine of test_machine.py tries anything; these days are denser in what is usual, and hold Redis against the model and the
rules after every step all the same.
"""

import asyncio
import os
import random
from collections.abc import Callable
from typing import Final

import pytest
from structlog.testing import capture_logs

from routing.skills import Skills
from routing.waiting import OfferOutcome, Rules, Rung, Strategy
from seats.seat import Phone
from seats.state import SeatEvent
from store.redis.connection import connect
from tests.redis_server import RedisServer
from tests.unit.store.redis.builders import levels
from tests.unit.store.redis.machine_usual import UsualRules
from tests.unit.store.redis.machine_words import ENGINES, GROUPS
from tests.unit.store.redis.test_machine import LiveMachine

STEPS: Final = 220
DAYS: Final = range(int(os.environ.get("ZHIDA_BUSY_DAYS", "8")))
PEOPLE: Final = [(f"0515888800{number:02}", "e1" if number == 3 else "") for number in range(4)] + [("", "")]


class BusyFloor(UsualRules, LiveMachine):
    """What the days are held on."""


class Day:
    """What the chance of one day does to a hotline."""

    def __init__(self, floor: BusyFloor, chance: random.Random) -> None:
        self.floor, self.chance = floor, chance
        self.happens: list[tuple[int, Callable[[], None]]] = [
            (10, self.a_call_comes),
            (10, lambda: self.if_any(floor.open_offers(), floor.a_seat_answers)),
            (8, lambda: self.if_any(floor.talks(), floor.a_talk_ends)),
            (6, self.one_who_talks_calls_once_more),
            (3, lambda: self.if_any(floor.in_wrap_up(), lambda pick: floor.a_ticket_is_saved(pick, wrong=False))),
            (3, self.an_offer_ends),
            (8, self.time_passes),
            (2, lambda: floor.a_caller_leaves(self.pick(), None) if floor.callers else None),
            (2, self.a_person_asks),
            (2, lambda: floor.some_seats_stop(chance.randint(1, 4), SeatEvent.PAUSE)),
            (4, self.everybody_comes_back),
            (1, self.a_phone_changes),
            (1, self.something_rare),
        ]

    def pick(self) -> int:
        return self.chance.randrange(60)

    def if_any(self, several: list[object] | list[str], act: Callable[[int], None]) -> None:
        if several:
            act(self.pick())

    def passes(self) -> None:
        weights = [weight for weight, _ in self.happens]
        for _ in range(STEPS):
            self.chance.choices([act for _, act in self.happens], weights)[0]()
            self.floor.redis_says_what_the_model_says()

    def time_passes(self) -> None:
        """With both engines alive."""
        self.floor.both_engines_live()
        self.floor.time_passes(self.chance.choice([0.5, 2.0, 3.0, 4.5]), ticks=self.chance.random() < 0.8)

    def ladder(self) -> tuple[Rung, ...]:
        times = sorted(self.chance.choice([0.0, 4.0, 8.0, 20.0, 60.0]) for _ in range(2))
        limits = [None, None, None, levels(""), levels("tax:1")]
        later = [
            Rung(group=self.chance.choice(GROUPS), after_s=after_s, wants=self.chance.choice(limits))
            for after_s in times[: self.chance.randint(0, 2)]
        ]
        return (Rung(group=self.chance.choice(GROUPS), after_s=0.0), *later)

    def wants(self) -> Skills:
        return levels(self.chance.choice(["", "", "", "tax:1", "tax:3", "english:1 tax:2"]))

    def a_call_comes(self) -> None:
        caller = self.chance.choice(["public", "public", "project", "key_enterprise"])
        self.floor.a_call_comes(self.chance.choice(ENGINES), self.ladder(), caller, self.wants(), self.chance.choice(PEOPLE), "join")

    def one_who_talks_calls_once_more(self) -> None:
        if self.floor.talks():
            again = self.chance.choice([self.floor.one_who_talks_calls_once_more, None])
            engine, ladder = self.chance.choice(ENGINES), self.ladder()
            if again:
                again(engine, self.pick(), ladder, self.wants())
            else:
                self.floor.one_who_talked_calls_again(engine, self.pick(), ladder)

    def an_offer_ends(self) -> None:
        if self.floor.open_offers():
            self.floor.an_offer_ends(self.pick(), self.chance.choice(list(OfferOutcome)), again=self.chance.choice([True, False]))

    def a_person_asks(self) -> None:
        self.floor.a_person_asks(self.pick(), self.chance.choice([SeatEvent.MAKE_READY, SeatEvent.PAUSE, SeatEvent.LOG_OUT]))

    def a_phone_changes(self) -> None:
        self.floor.a_phone_changes(self.pick(), self.chance.choice(list(Phone)), ready=False, rings=False)

    def everybody_comes_back(self) -> None:
        self.floor.all_phones_come_back()
        for pick in range(4):
            self.floor.a_person_asks(pick, SeatEvent.MAKE_READY)

    def something_rare(self) -> None:
        what = self.chance.choice(["an_engine_stops", "an_engine_dies", "the_wall_clock_steps", "rules_change", "seats_are_defined"])
        given = {
            "the_wall_clock_steps": lambda: self.chance.choice([-3600, 30, 12 * 3600]),
            "rules_change": self.rules,
            "seats_are_defined": self.seats,
        }.get(what, lambda: self.chance.choice(ENGINES))()
        self.floor.something_rare_happens((what, given))

    def rules(self) -> Rules:
        strategy = self.chance.choice(list(Strategy))
        return Rules(
            wrap_up_s=self.chance.choice([0.0, 3.0]),
            away_after_missed=self.chance.random() < 0.3,
            refusal_s=self.chance.choice([3.0, 30.0]),
            kept_back=self.chance.choice([(), (), (("qilai", 1),)]),
            strategies=tuple((group, strategy) for group in GROUPS),
            preferred_s=600.0,
            preferred_wait_s=self.chance.choice([0.0, 5.0, 25.0]),
            skip_empty_groups=self.chance.random() < 0.7,
        )

    def seats(self) -> tuple[list[tuple[tuple[str, ...], Skills]], list[int]]:
        skills = ["", "tax:2", "tax:5 english:1", "english:3 tax:1"]
        serving = [
            (tuple(self.chance.sample(GROUPS, self.chance.randint(1, 2))), levels(self.chance.choice(skills)))
            for _ in range(self.chance.choice([3, 4, 4]))
        ]
        return serving, self.chance.sample(range(4), 4)


@pytest.mark.parametrize("day", DAYS)
def test_on_a_busy_day_redis_keeps_the_rules(redis_server: RedisServer, day: int) -> None:
    class Floor(BusyFloor):
        server = redis_server
        client = connect(redis_server.url)
        runner = asyncio.Runner()

    chance = random.Random(day)  # noqa: S311  a plan of the day, no secret
    floor = Floor()
    with capture_logs():
        of_the_day = Day(floor, chance)
        floor.open_hotline(of_the_day.rules(), of_the_day.seats())
        of_the_day.passes()
    floor.teardown()
    Floor.runner.run(Floor.client.aclose())
    Floor.runner.close()
