"""The whole configuration. Descriptions are the model's own docstrings; docs/configuration.md is written from them."""

from typing import Annotated, Any

from pydantic import Field

from config.answering import (
    AfterCallSettings,
    CallbackSettings,
    ConferenceSettings,
    FallbackSettings,
    GroupSettings,
    IvrSettings,
    LaddersSettings,
    QueueSettings,
    RecordingSettings,
    SeatsSettings,
    SupervisionSettings,
    VoicemailSettings,
    WhitelistSettings,
)
from config.fields import Digits, Language, Name, Section, Text, Timezone
from config.handing_on import TransferSettings
from config.linking import LinksSettings, SmsSettings
from config.opening import HoursSettings, RouteSettings, ShiftsSettings
from config.people import AgentId, AgentSettings
from config.running import ApiSettings, EngineSettings, LabSettings, RedisSettings, SqlSettings
from config.telephony import DialledSettings, OutboundSettings, PbxSettings, TrunkSettings


class HotlineSettings(Section):
    """The hotline: the unit that has one waiting room."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    """Its name in Redis's keys; several hotlines can share one Redis."""
    name: Text
    """What people call it."""
    area_code: Annotated[str, Field(pattern=r"^0[1-9][0-9]{1,2}$")]
    """The city's area code with its 0, e.g. 0515; a number without one is taken to be local."""
    timezone: Timezone = "Asia/Shanghai"
    """The time zone of calendars and deadlines."""
    language: Language = "zh"
    """Language of the prompts."""
    preset: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)*$")] = "cn-default"
    """The city's rules for deadlines, a name under config/presets, e.g. js/yancheng."""


class Settings(Section):
    """Every section of a configuration file."""

    variables: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")], str] = Field(default_factory=dict)
    """Texts to be used elsewhere in the file as ${name}; ${here} is the file's own folder."""
    hotline: HotlineSettings
    """The hotline."""
    asterisk: Annotated[dict[Name, PbxSettings], Field(min_length=1)]
    """Name to Asterisk; usually one, of several each serves the seats and calls of all."""
    trunks: Annotated[dict[Name, TrunkSettings], Field(min_length=1)]
    """Name to a line on which callers arrive; its endpoint in pjsip.conf is zhida-NAME."""
    outbound: OutboundSettings | None = None
    """Where calls to the outside world go; empty: there are none."""
    dialled: Annotated[dict[Digits, DialledSettings], Field(min_length=1)]
    """Dialled number to what its callers hear."""
    groups: Annotated[dict[Name, GroupSettings], Field(min_length=1)]
    """Name to group of seats."""
    seats: SeatsSettings = SeatsSettings()
    """What holds for every seat."""
    agents: dict[AgentId, AgentSettings] = Field(default_factory=dict)
    """Number to agent who may sign in at a seat; empty: seats are ready without one."""
    supervision: SupervisionSettings = SupervisionSettings()
    """Supervisors on calls."""
    ladders: LaddersSettings
    """Which groups open for a caller, one after another."""
    hours: dict[Name, HoursSettings] = Field(default_factory=dict)
    """Name to times that recur: office hours, nights, holidays."""
    routes: tuple[RouteSettings, ...] = ()
    """Rules by class, dialled number, menu choice and hours: the first that fits decides, and where none does, the ladder of the class."""
    shifts: ShiftsSettings = ShiftsSettings()
    """Who is on duty (排班)."""
    queue: QueueSettings = QueueSettings()
    """The waiting room."""
    callback: CallbackSettings = CallbackSettings()
    """Calling back those who left."""
    fallback: FallbackSettings = FallbackSettings()
    """Who answers when no seat does."""
    voicemail: VoicemailSettings = VoicemailSettings()
    """Voice messages."""
    ivr: IvrSettings = IvrSettings()
    """The menus."""
    whitelist: WhitelistSettings = WhitelistSettings()
    """What being on the whitelist means."""
    conference: ConferenceSettings = ConferenceSettings()
    """Bringing a policy specialist in."""
    links: LinksSettings = LinksSettings()
    """Links by which specialists answer."""
    sms: SmsSettings = SmsSettings()
    """What brings them."""
    transfer: TransferSettings = TransferSettings()
    """Handing callers on."""
    after_call: AfterCallSettings = AfterCallSettings()
    """What the caller is asked at the end."""
    recording: RecordingSettings = RecordingSettings()
    """Recording of talks."""
    deadlines: dict[str, Any] = Field(default_factory=dict)
    """What differs from the preset's deadlines, with the preset's own keys."""
    engine: EngineSettings = EngineSettings()
    """The engine."""
    api: ApiSettings = ApiSettings()
    """The HTTP interface."""
    redis: RedisSettings = RedisSettings()
    """Live state."""
    sql: SqlSettings = SqlSettings()
    """The records."""
    lab: LabSettings = LabSettings()
    """For the lab only."""
