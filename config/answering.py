"""Sections about answering: who takes a call, in which order, and what the caller hears."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from config.calling_keys import CallKeysSettings
from config.faults import Key
from config.fields import (
    Announce,
    CallerClass,
    Device,
    Name,
    Phone,
    PhoneKey,
    Prompt,
    SeatKey,
    Seats,
    Seconds,
    Secret,
    Section,
    Skills,
    SomeSeconds,
    Text,
    TimeOfDay,
)
from config.opening import Names
from config.people import Digit, SeatCodesSettings


class GroupSettings(Section):
    """Seats that serve one purpose."""

    seats: Seats
    """The seats: 8001-8020, or 8001,8003, or a list of such; a seat may serve several groups."""
    label: Text | None = None
    """What people call the group, e.g. 直达专席; empty: its name."""
    keep_back: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Number of this group's ready seats kept for the classes in queue.kept_for."""
    strategy: Literal["longest_ready", "fewest_calls", "in_order"] = "longest_ready"
    """Which ready seat rings first: ready longest, fewest calls answered today, or as `seats` lists them; of equals, ready longest."""


class SeatsSettings(Section):
    """What holds for every seat."""

    ids: Seats | None = None
    """All positions; empty: those that the groups name."""
    skills: dict[SeatKey, Skills] = Field(default_factory=dict)
    """Seats to what their agents can do: skill to level, 1 (some) to 9 (master); a seat may stand in several lines."""
    devices: Annotated[tuple[Device, ...], Field(min_length=1)] = ("PJSIP/{seat}",)
    """The phones that ring for a seat; {seat} is its number, {browser} its number for a browser's phone."""
    contacts: Annotated[int, Field(ge=1, le=10)] = 1
    """Telephones that may be registered at once as one device; all ring, who answers first has the call. 1: a new one replaces the old."""
    browser_offset: Annotated[int, Field(ge=1, le=10_000_000)] = 1000
    """What is added to a seat's number for its browser's phone: 1000 makes 9001 of 8001."""
    password: Secret | None = None
    """SIP password of the seats' phones, {seat} being the phone's own number (8001, 9001); empty: no endpoints are generated for them."""
    ring_s: Annotated[float, Field(ge=1, le=300)] = 15
    """A seat's phone rings at most this long (seconds)."""
    no_ring_s: Annotated[float, Field(ge=0.5, le=60)] = 4
    """A phone that does not even begin to ring is given up after this (seconds)."""
    lease_margin_s: Annotated[float, Field(ge=1, le=60)] = 5
    """How long after ring_s an offer ends even where its engine has died (seconds)."""
    wrap_up_s: Seconds = 30
    """Wrap-up ends by itself after this (seconds); 0: there is none."""
    wrap_up_longest_s: Seconds = 300
    """How long an agent can make a wrap-up last by extending it (seconds)."""
    away_after_missed: bool = True
    """Whether a seat that declined or missed an offer is away until its agent is back; otherwise it stays ready."""
    away_for_s: Seconds = 0
    """After this an away seat is ready again by itself (seconds); 0: when its agent says so."""
    agent_required: bool = False
    """Whether a seat can be ready or paused only while an agent is signed in."""
    pause_reasons: dict[Digit, Text] = Field(default_factory=dict)
    """Why agents pause, digit to reason; by the API a reason may also be any text."""
    codes: SeatCodesSettings = SeatCodesSettings()
    """What seats' phones dial."""
    retry_s: Annotated[float, Field(ge=0.5, le=3600)] = 2
    """How soon at the earliest the same seat is offered the same call again (seconds)."""
    refusal_s: Seconds = 30
    """How long at most a refusal stands while the other seats on duty are merely busy (seconds)."""
    unreachable_s: SomeSeconds = 30
    """After this a seat whose phone did not ring is tried again, if the phone looks idle (seconds)."""


class SupervisionSettings(Section):
    """Supervisors who listen to calls, whisper to seats and barge in."""

    phones: Seats = ()
    """Phones of their own beside the seats' ones, 8091-8092: they register as the seats' phones do, with the same password."""


class RungSettings(Section):
    """One step of a ladder."""

    group: Name
    """The group that opens."""
    after_s: Annotated[float, Field(ge=0, le=7200)]
    """After how much waiting it opens (seconds); the first one at 0."""
    wants: Skills | None = None
    """At most this is wanted of any seat from then on ({}: nothing any more), so that nobody waits for ever; empty: as before."""


BonusSeconds = Annotated[int, Field(ge=0, le=7200)]
Ladder = Annotated[tuple[RungSettings, ...], Field(min_length=1)]


class LaddersSettings(Section):
    """Which groups open for a caller, one after another, by the caller's class."""

    public: Ladder
    """For callers who are on no list."""
    key_enterprise: Ladder | None = None
    """For key enterprises of the whitelist; empty: as public."""
    project: Ladder | None = None
    """For major projects of the whitelist; empty: as key_enterprise."""
    anonymous: Ladder | None = None
    """For callers without a number that could be called back; empty: as public."""
    named: dict[Name, Ladder] = Field(default_factory=dict)
    """Name to ladder, for the rules of `routes`."""

    def each(self) -> Iterator[tuple[Key, tuple[RungSettings, ...]]]:
        """Every ladder that is written down, with its key."""
        classes: dict[str, Ladder | None] = {
            "public": self.public,
            "key_enterprise": self.key_enterprise,
            "project": self.project,
            "anonymous": self.anonymous,
        }
        yield from ((("ladders", name), ladder) for name, ladder in classes.items() if ladder is not None)
        yield from ((("ladders", "named", name), ladder) for name, ladder in self.named.items())

    def of(self, caller_class: str) -> tuple[RungSettings, ...]:
        """The ladder of this class, its own or the one it takes over."""
        enterprise = self.key_enterprise or self.public
        own = {"key_enterprise": enterprise, "project": self.project or enterprise, "anonymous": self.anonymous or self.public}
        return own.get(caller_class, self.public)


class RankBonusSettings(Section):
    """The head start of each class."""

    key_enterprise: BonusSeconds = 300
    """A key enterprise ranks as if it had come this much earlier (seconds)."""
    project: BonusSeconds = 300
    """A major project ranks as if it had come this much earlier (seconds)."""
    public: BonusSeconds = 0
    """Other callers rank as if they had come this much earlier (seconds)."""
    anonymous: BonusSeconds = 0
    """Callers without a number rank as if they had come this much earlier (seconds)."""


class WantsSettings(Section):
    """The skills that a class of callers wants of a seat."""

    key_enterprise: Skills = Field(default_factory=dict)
    """For key enterprises: skill to the least level."""
    project: Skills = Field(default_factory=dict)
    """For major projects: skill to the least level."""
    public: Skills = Field(default_factory=dict)
    """For other callers: skill to the least level."""
    anonymous: Skills = Field(default_factory=dict)
    """For callers without a number: skill to the least level."""


class QueueSettings(Section):
    """The waiting room."""

    max_wait_s: Annotated[float, Field(ge=5, le=7200)] = 300
    """After this much waiting the ladder is at its end and the fallback takes the call (seconds)."""
    rank_bonus_s: RankBonusSettings = RankBonusSettings()
    """The head start of each class: no caller waits longer than this behind those who came after."""
    kept_for: tuple[CallerClass, ...] = ("key_enterprise", "project")
    """The classes for which groups.NAME.keep_back keeps seats."""
    announce: Announce = "both"
    """What a waiting caller is told: his position, his expected wait, both or nothing (off); dialled.NUMBER.announce may differ."""
    announce_after_s: Annotated[float, Field(ge=1, le=7200)] = 20
    """He is told the first time after this much waiting (seconds)."""
    announce_every_s: Annotated[float, Field(ge=5, le=7200)] = 30
    """And again, where it is better by then, at the earliest after this (seconds)."""
    typical_call_s: Annotated[float, Field(ge=1, le=7200)] = 180
    """How long a call takes a seat, wrap-up included, until the hotline has measured it (seconds); for the expected wait."""
    wants: WantsSettings = WantsSettings()
    """The skills that each class wants."""
    skip_empty_groups: bool = True
    """Whether the ladder's next group opens at once while nobody on duty in the open ones could take the call."""
    preferred_s: Seconds = 0
    """So long after a seat served an enterprise (or number) its next call goes to that seat first (seconds); 0: never."""
    preferred_wait_s: Annotated[float, Field(ge=0, le=600)] = 0
    """So long a call waits for that seat alone while it is merely busy, though others may be ready (seconds)."""
    callback_key: PhoneKey | None = None
    """The key by which a waiting caller chooses to be called back and keeps his place; empty: there is none."""


class CallbackSettings(Section):
    """Calling back those who left before a seat answered (漏接回拨)."""

    auto: bool = False
    """Whether they are called back without anybody's doing, by seats that stand free; otherwise seats do it by the list."""
    not_before: TimeOfDay = "09:00"
    """The hour from which that is done, by the hotline's clock."""
    not_after: TimeOfDay = "20:00"
    """The hour until which that is done, by the hotline's clock."""
    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """How often a caller's phone is rung by itself; after that it is for people to decide."""
    every_s: Annotated[float, Field(ge=10, le=604_800)] = 900
    """From one attempt to the next (seconds)."""
    after_s: Annotated[float, Field(ge=0, le=86_400)] = 60
    """At the earliest so long after the caller left (seconds)."""
    keep_free: Annotated[int, Field(ge=0, le=1000)] = 0
    """So many free seats of each group are left for callers while call-backs are begun by themselves."""
    wait_s: Annotated[float, Field(ge=60, le=43_200)] = 7200
    """A caller who chose it by key keeps his place among the waiting at most this long (seconds)."""
    ring_s: Annotated[float, Field(ge=5, le=120)] = 30
    """The caller's phone rings at most this long (seconds)."""


class FallbackSettings(Section):
    """Who answers when no seat does: at the end of a ladder, and while no engine is there."""

    duty_phone: Phone | None = None
    """The duty phone's number, called through `outbound`; empty: there is none."""
    duty_ring_s: Annotated[float, Field(ge=1, le=300)] = 30
    """The duty phone rings at most this long (seconds)."""
    message: Prompt = "nobody-free"
    """The prompt played when nobody answered; the caller is on the call-back list then."""
    engine_wait_s: Annotated[int, Field(ge=1, le=600)] = 15
    """How long the dialplan looks for an engine before Asterisk's own Queue() takes the call (seconds)."""
    group: Name | None = None
    """The group that Queue() rings then; empty: the first of the key enterprises' ladder."""


class VoicemailSettings(Section):
    """Voice messages (留言): at a ladder's end, while it is closed, or by a menu's choice `voicemail`."""

    prompt: Prompt = "voicemail-ask"
    """The prompt by which who chose it in a menu is asked for his message; a step names its own."""
    longest_s: Annotated[int, Field(ge=10, le=900)] = 180
    """Nobody speaks longer (seconds)."""
    silence_s: Annotated[int, Field(ge=0, le=60)] = 6
    """So much silence ends the message (seconds), as # does; 0: silence never does."""
    least_s: Annotated[float, Field(ge=0.5, le=30)] = 2
    """With less sound in it, it is none (seconds)."""
    takes: Annotated[int, Field(ge=1, le=9)] = 3
    """So often a caller may begin: he said too little, or wants to speak it again."""
    review: bool = True
    """Whether he may hear it (2) and speak it again (3) before it is kept (1, or no key)."""
    key_s: Annotated[float, Field(ge=1, le=60)] = 4
    """How long a key is waited for then (seconds)."""


class MenuSettings(Section):
    """A menu."""

    prompt: Prompt
    """The prompt that says which key leads where."""
    choices: Annotated[dict[PhoneKey, Name], Field(min_length=1)]
    """Key to a group, another menu, `person` for the next one who is free, or `voicemail` to leave a voice message."""
    timeout_s: Annotated[float, Field(ge=1, le=60)] = 5
    """How long the menu waits for a key after its prompt (seconds)."""
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    """How often the menu is repeated after a wrong key or none."""
    invalid_prompt: Prompt = "menu-invalid"
    """Played after a key that leads nowhere."""
    no_input_prompt: Prompt = "menu-no-input"
    """Played when no key was pressed."""
    otherwise: Name = "person"
    """Where a caller gets who made no valid choice: as for a key."""
    wants: dict[PhoneKey, Skills] = Field(default_factory=dict)
    """Key to the skills that its callers want of a seat: skill to the least level, 1 to 9."""


class IvrSettings(Section):
    """The menus."""

    menus: dict[Name, MenuSettings] = Field(default_factory=dict)
    """Name to menu."""


class S3Settings(Section):
    """A bucket of S3-compatible storage that recordings are moved to as soon as they are finished."""

    endpoint: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?$")]
    """Where the storage answers: scheme, host and port."""
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    """The bucket; it must be there already."""
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = "us-east-1"
    """The region that requests are signed for."""
    prefix: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-][A-Za-z0-9._-]*/){0,8}$")] = ""
    """Begins every name in the bucket; with a slash at its end (12345/recordings/)."""
    addressing: Literal["path", "host"] = "path"
    """Whether the bucket stands in the path (MinIO, Ceph, AWS) or before the host's name (Alibaba OSS, AWS)."""
    access_key: Secret
    """The access key; it needs to read, write, delete and list below the prefix."""
    secret_key: Secret
    """Its secret."""


class RecordingSettings(Section):
    """Recording of talks."""

    enabled: bool = True
    """Whether talks are recorded."""
    keep_days: Annotated[int, Field(ge=1, le=36_500)] = 365
    """How long recordings are kept (days); then the sound is removed, and its manifest says so."""
    announcement: Prompt | None = None
    """Prompt by which every caller, key enterprises too, is told that he is recorded before he is served; empty: none."""
    pause_longest_s: Annotated[float, Field(ge=5, le=3600)] = 180
    """A recording that was paused for a secret, and that nobody resumed, is resumed by itself after so long (seconds)."""
    s3: S3Settings | None = None
    """Where finished recordings are moved to; empty: they stay in `asterisk.<name>.recordings_dir`."""


class DepartmentSettings(Section):
    """A department's specialists."""

    duty: Names = ()
    """The hours (names under `hours`) in which they are on duty; a 值班时间 in the roster stands over it."""


class ConferenceSettings(Section):
    """Bringing a policy specialist in."""

    office_ring_s: Annotated[float, Field(ge=1, le=120)] = 20
    """A specialist's office phone rings at most this long (seconds)."""
    mobile_ring_s: Annotated[float, Field(ge=1, le=120)] = 25
    """A specialist's mobile rings at most this long (seconds)."""
    accept_key: PhoneKey = "1"
    """The key by which whoever picked up accepts; an answering machine cannot press it."""
    total_s: Annotated[float, Field(ge=5, le=600)] = 90
    """The whole hunt for a specialist takes at most this long (seconds)."""
    parallel: Annotated[int, Field(ge=1, le=10)] = 1
    """So many specialists are rung at once, each at one phone; the first to accept has it."""
    order: Literal["least_recent", "roster"] = "least_recent"
    """Who is asked first: whoever was called the longest ago, or always as the roster has them."""
    seldom: Annotated[float, Field(ge=0, le=1)] = 0.34
    """Whoever came into a smaller share than this of the calls in which he was asked is asked after the others; 0: nobody is."""
    figures_days: Annotated[int, Field(ge=1, le=366)] = 30
    """The share of answers is counted over this long (days)."""
    duty: Names = ()
    """The hours (names under `hours`) in which specialists are on duty whose department and roster row say nothing; empty: always."""
    departments: dict[Text, DepartmentSettings] = Field(default_factory=dict)
    """Department (税务, or 市税务局) to what holds for it."""
    fewest: Annotated[int, Field(ge=0, le=100)] = 3
    """A department with fewer specialists than this is warned of (分管领导 not counted)."""
    most: Annotated[int, Field(ge=1, le=1000)] = 5
    """A department with more specialists than this is warned of (分管领导 not counted)."""
    keys: CallKeysSettings = CallKeysSettings()
    """What is keyed in during a call."""


class AfterCallSettings(Section):
    """What the caller is asked when the seat has left (好差评)."""

    rating: bool = True
    """Whether the caller is asked for a rating by key."""
    timeout_s: Annotated[float, Field(ge=1, le=60)] = 6
    """How long a rating is waited for after the prompt (seconds)."""


class WhitelistSettings(Section):
    """What being on the whitelist means."""

    bypass_ivr: bool = True
    """Whether callers on the whitelist skip greeting and menu."""
