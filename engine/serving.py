"""What calls are served by: made of the configuration in force, and made anew by a reload."""

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from prometheus_client import Histogram

from calls.clock import Clock
from conference.recording import RecordingDesk
from config.derive import announcing, labels_of, menus, plan_rules, recording_announcements, trunk_trusts, voicemail_rules
from config.opening_rules import calendar_of, rosters_of
from config.settings import Settings
from config.telephony import PbxSettings
from engine.asterisks import Asterisk, Asterisks
from engine.callbacks import CallbackDesk
from engine.decision import Decider
from engine.desk import Desk, Service
from engine.directory import CurrentDirectory
from engine.mailbox import PostOffice
from engine.outside import Outside, outside_of
from engine.recording import folder_of
from engine.ringing import Ringing
from engine.road import Road
from engine.shifts import ShiftRules
from pbx.voicemails import VoicemailFolder
from store.redis.live import RedisLiveState

_WAIT_ERROR_S: Final = (-300.0, -120.0, -60.0, -30.0, -10.0, 0.0, 10.0, 30.0, 60.0, 120.0, 300.0)


@dataclass(slots=True, kw_only=True)
class Current:
    """The configuration in force, and what is made of it. A reload replaces it; calls in hand keep what they began with."""

    settings: Settings
    decider: Decider
    outside: Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the roads of an engine share, whatever the configuration."""

    engine_id: str
    clock: Clock
    live: RedisLiveState
    asterisks: Asterisks
    post: PostOffice
    wait_errors: Histogram
    callbacks: CallbackDesk
    recording: RecordingDesk


def current_of(settings: Settings, directory: CurrentDirectory) -> Current:
    """These settings, in force."""
    return Current(settings=settings, decider=decider_of(settings, directory), outside=outside_of(settings))


def roads_of(current: Current, shared: Shared) -> dict[str, Road]:
    """The road of each Asterisk's calls, by these settings."""
    settings, outside = current.settings, current.outside

    def road(asterisk: Asterisk) -> Road:
        desk = Desk(
            engine_id=shared.engine_id,
            pbx=asterisk.name,
            clock=shared.clock,
            decider=current.decider,
            waiting=shared.live,
            legs=shared.asterisks,
            post=shared.post,
            ringing=_ringing(settings, shared.live, asterisk, shared.clock),
            service=_service(settings, asterisk.pbx),
            wait_missed_by=shared.wait_errors.observe,
            callbacks=shared.callbacks,
            recording=shared.recording,
            tapes=VoicemailFolder(here=asterisk.pbx.recordings_here),
            outside=lambda number: outside.device(outside.digits(number)),
        )
        return Road(desk)

    return {name: road(asterisk) for name, asterisk in shared.asterisks.items()}


def _ringing(settings: Settings, live: RedisLiveState, asterisk: Asterisk, clock: Clock) -> Ringing:
    seats = settings.seats
    ringing = Ringing(
        waiting=live, phones=asterisk.phones, legs=asterisk.legs, clock=clock, ring_s=seats.ring_s, no_ring_s=seats.no_ring_s
    )
    ringing.every_contact = seats.contacts > 1
    return ringing


def wait_error_histogram() -> Histogram:
    """For /metrics: how good the expected waits were, at each answer of a call that had waited."""
    text = "Real wait less the wait expected as the call joined, at each answer (seconds; below 0: it was shorter)."
    return Histogram("zhida_wait_error_seconds", text, buckets=_WAIT_ERROR_S, registry=None)


def _service(settings: Settings, pbx: PbxSettings) -> Service:
    return Service(
        menus=menus(settings),
        recordings=folder_of(settings, pbx),
        recording_prompts=recording_announcements(settings),
        rating=settings.after_call.rating,
        rating_timeout_s=settings.after_call.timeout_s,
        hunt_s=settings.conference.total_s,
        transfer_wait_s=settings.transfer.group_alone_s,
        away_after_missed=settings.seats.away_after_missed,
        announcing=announcing(settings),
        voicemail=voicemail_rules(settings),
    )


def shift_rules_of(settings: Settings) -> ShiftRules:
    """What the shifts are watched by."""
    return ShiftRules(
        rosters={roster.group: roster for roster in rosters_of(settings)},
        labels=labels_of(settings),
        calendar=calendar_of(settings),
        warn_before_s=settings.shifts.warn_before_s,
        grace_s=settings.shifts.grace_s,
    )


def decider_of(settings: Settings, directory: CurrentDirectory) -> Decider:
    """What routes, and what `explain` asks."""
    return Decider(
        directory=directory,
        trunks=trunk_trusts(settings),
        rules=plan_rules(settings),
        area_code=settings.hotline.area_code,
        timezone=ZoneInfo(settings.hotline.timezone),
    )
