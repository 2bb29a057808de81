"""Sections about Asterisk and the lines: what the telephony engineer knows."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.fields import (
    Announce,
    Digits,
    HostAddress,
    IpAddress,
    Language,
    Name,
    Network,
    PathHere,
    PathThere,
    Port,
    Prompt,
    Secret,
    Section,
    Skills,
)


class AmiSettings(Section):
    """How the engine logs in at Asterisk's manager interface (manager.conf)."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,253}$")] = "127.0.0.1"
    """Host of the manager interface."""
    port: Port = 5038
    """TCP port of the manager interface."""
    user: Name = "zhida"
    """The manager user, written into the generated manager.conf snippet."""
    secret: Secret
    """The manager user's secret."""
    permit: Annotated[tuple[Network, ...], Field(min_length=1)] = ("127.0.0.1",)
    """Addresses or networks of the engines, from which this user may log in."""


class PbxSettings(Section):
    """One Asterisk. Folders that the engine reads too may lie under another path on its machine (NFS, a mount)."""

    ami: AmiSettings
    """How the engine logs in at the manager interface."""
    systemname: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = "zhida"
    """The systemname in asterisk.conf: it begins every call id, marks every AMI event, and differs between a hotline's Asterisks."""
    sip_address: IpAddress | None = None
    """Address and UDP port that the hotline's other Asterisks reach this one at by SIP, and call from; needed where there are several."""
    media_address: Annotated[str, Field(pattern=r"^[0-9.]{7,15}$")] | None = None
    """The address that sound is offered on and bound to, but for browsers, whose ICE finds its own; empty: Asterisk decides."""
    qualify_s: Annotated[int, Field(ge=0, le=3600)] = 30
    """How often a seat's phone is asked whether it lives (seconds); 0: never."""
    prompts_dir: PathThere = "/var/lib/zhida/prompts"
    """Folder of the prompts, `<language>/<prompt>.wav`, as this Asterisk sees it (absolute)."""
    prompts_dir_engine: PathHere | None = None
    """The same folder as the engine sees it; empty: under the same path."""
    music_dir: PathThere = "/var/lib/zhida/music"
    """Folder of the waiting music as this Asterisk sees it (absolute)."""
    recordings_dir: PathThere = "/var/spool/asterisk/recording"
    """Folder of the recordings as this Asterisk sees it (absolute)."""
    recordings_dir_engine: PathHere | None = None
    """The same folder as the engine sees it; empty: under the same path."""
    cdr_file: PathHere = Path("/var/log/asterisk/cdr-custom/zhida.csv")
    """Asterisk's own call detail records, as the engine sees the file; the audit reads it."""

    @property
    def prompts_here(self) -> Path:
        """The prompts' folder as the engine sees it."""
        return self.prompts_dir_engine or Path(self.prompts_dir)

    @property
    def recordings_here(self) -> Path:
        """The recordings' folder as the engine sees it."""
        return self.recordings_dir_engine or Path(self.recordings_dir)


class TrunkSettings(Section):
    """A line on which callers arrive."""

    match: Annotated[tuple[Network, ...], Field(min_length=1)]
    """Addresses or networks from which the carrier sends its INVITEs."""
    trusted: bool = False
    """Whether the carrier vouches for the caller's number; only then the whitelist counts."""
    number_from: Literal["pai", "from", "pai_then_from"] = "pai_then_from"
    """Where the caller's number stands: P-Asserted-Identity, From, or the first of the two that is there."""
    dialled: Annotated[tuple[Digits, ...], Field(min_length=1)] | None = None
    """Dialled numbers accepted on this trunk; empty: all under `dialled`."""


class OutboundSettings(Section):
    """Where calls to the outside world go: specialists, the duty phone, call-backs."""

    address: HostAddress
    """Host and UDP port the INVITE is sent to."""
    number_form: Literal["national", "local", "e164"] = "national"
    """How a number is written in the request URI: 051586660001, 86660001 within the own area code, or +8651586660001."""
    prefix: Annotated[str, Field(pattern=r"^[0-9*#]{0,8}$")] = ""
    """Digits put before every number, e.g. for an outside line."""
    caller_id: Annotated[str, Field(pattern=r"^(\+?[0-9]{3,15})?$")] = ""
    """The number the called party sees; empty: the number the caller dialled."""


class DialledSettings(Section):
    """What a caller of this dialled number hears before he waits."""

    ivr: Literal["none", "greeting", "menu"] = "none"
    """Nothing, a greeting, or a menu."""
    greeting: Prompt = "welcome"
    """The prompt that a greeting plays."""
    menu: Name | None = None
    """The menu that is played, a name under ivr.menus."""
    language: Language | None = None
    """Language of the prompts; empty: the hotline's."""
    announce: Announce | None = None
    """What its waiting callers are told of their place; empty: as queue.announce."""
    recording_announcement: Prompt | None = None
    """The prompt by which its callers are told that they are recorded; off: none; empty: as recording.announcement."""
    wants: Skills = Field(default_factory=dict)
    """The skills that its callers want of a seat: skill to the least level, 1 to 9."""
