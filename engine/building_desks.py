"""An engine's desks put together: what people may do at seats and with calls, by API, shell, a phone's codes, or keys in a call."""

from dataclasses import dataclass

from conference.desk import ConferenceDesk
from conference.recording import RecordingDesk
from conference.supervising import SupervisionDesk
from config.derive import agents, seat_codes
from config.opening_rules import asking_rules
from config.settings import Settings
from engine.acts import ActBook, KeyedActs
from engine.building_asterisks import supervision_of
from engine.building_ground import Ground
from engine.call_keys import CallKeyRoad
from engine.callback_place import callback_desk, callback_place
from engine.callbacks import CallbackDesk
from engine.keying import RosterHunt, keys_go_by, steer_others
from engine.seat_codes import SeatCodeRoad
from engine.specialists import ByNow, Specialists, specialists
from engine.steering import Steering
from engine.targets import TargetsHere
from ivr.seat_codes import SeatCodes
from seats.agents import Agents
from seats.desk import SeatDesk
from store.redis.callbacks import RedisCallbackOrders
from store.redis.pauses import RedisPauses


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """One engine's."""

    seats: SeatDesk
    codes: SeatCodeRoad
    keys: CallKeyRoad
    conferences: ConferenceDesk
    specialists: Specialists
    recordings: RecordingDesk
    callbacks: CallbackDesk
    supervisors: SupervisionDesk


def desks_of(settings: Settings, ground: Ground, number: int) -> Desks:
    """Of engine `number`, by these settings."""
    live, asterisks, clock, current = ground.live, ground.asterisks, ground.clock, ground.current
    acts = KeyedActs(ActBook(live, ground.stores.acts), live, clock)
    seats = SeatDesk(live, Agents(clock), pause_reasons={}, extend_s=0)
    codes = SeatCodeRoad(SeatCodes(seats), ground.phones, acts)
    seats_go_by(settings, seats, codes)
    pauses = RedisPauses(ground.redis, hotline=settings.hotline.id)
    recordings = RecordingDesk(waiting=live, switch=asterisks, pauses=pauses, clock=clock, longest_s=settings.recording.pause_longest_s)
    targets = TargetsHere(lambda: current.settings, live, asterisks)
    conferences = ConferenceDesk(waiting=live, legs=asterisks, clock=clock, targets=targets)
    by_now = ByNow(rules=lambda: asking_rules(current.settings), dial=lambda digits: current.outside.digits(digits))  # noqa: PLW0108  as it is then
    brought_in = specialists(ground.stores, live, asterisks, conferences, clock, by_now)
    steering = Steering(conferences, RosterHunt(brought_in.desk), targets)
    steer_others(steering, brought_in.tickets, recordings)
    keys = CallKeyRoad(steering, live, ground.phones, acts)
    keys_go_by(settings, keys)
    place = callback_place(settings, current.decider, current.outside, number)
    return Desks(
        seats=seats,
        codes=codes,
        keys=keys,
        conferences=conferences,
        specialists=brought_in,
        recordings=recordings,
        callbacks=callback_desk(RedisCallbackOrders(ground.redis, hotline=settings.hotline.id), live, asterisks, clock, place),
        supervisors=supervision_of(lambda: current.settings, live, asterisks, clock),
    )


def seats_go_by(settings: Settings, desk: SeatDesk, codes: SeatCodeRoad) -> None:
    """What agents may do at seats, and who they are, is from now on what these settings say."""
    seats = settings.seats
    desk.agents.go_by(agents(settings))
    desk.pause_reasons = seats.pause_reasons
    desk.extend_s = seats.wrap_up_s or seats.wrap_up_longest_s
    codes.codes = seat_codes(settings)
