"""baresip's configuration for a phone without a sound card: it hums a tone from a file and writes down what it hears.

Tried with 1.0.0 (Debian 12) and 1.1.0 (Debian 13): what one of them does not know it passes over.
All paths are relative to the phone's own folder, because baresip cuts long ones off.
"""

from dataclasses import dataclass, field
from pathlib import Path

TONE = "tone.wav"
RECORDINGS = "heard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A baresip and where its modules are."""

    command: tuple[str, ...] = ("baresip",)
    modules: Path = field(default=Path("/usr/lib/baresip/modules"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Which phone this is.

    Args:
        number: the user part of its address.
        name: shown to who is called; may be empty.
        address: the phone's own, on this machine.
        server: address (and port, if not 5060) it calls and registers at.
        password: it registers where there is one.
        calls_at_once: one more is answered 486.
    """

    number: str
    address: str
    server: str
    name: str = ""
    password: str | None = None
    calls_at_once: int = 1

    @property
    def account(self) -> str:
        """As baresip's command `uanew` takes it."""
        name = self.name.replace("\\", "").replace('"', "")  # baresip takes neither, however escaped
        login = f";auth_user={self.number};auth_pass={self.password};regint=600" if self.password else ";regint=0"
        shown = f'"{name}" ' if name else ""
        return f"{shown}<sip:{self.number}@{self.server};transport=udp>{login};answermode=manual;audio_codecs=PCMU,PCMA;ptime=20"

    def uri(self, number: str) -> str:
        """Where a call to the number goes."""
        return number if number.startswith("sip:") else f"sip:{number}@{self.server}"


def configuration(line: Line, program: Program, *, sip_port: int, control_port: int) -> str:
    """The file `config`."""
    return f"""\
sip_listen              {line.address}:{sip_port}
net_interface           {line.address}
rtp_ports               31000-38998
call_max_calls          {line.calls_at_once}
call_local_timeout      3600
call_hold_other_calls   no
# a tone goes out; what comes in goes nowhere, but is written down by sndfile on the way
audio_source            aufile,{TONE}
audio_player            aubridge,nobody
audio_alert             aubridge,nobody
ausrc_srate             8000
auplay_srate            8000
ausrc_channels          1
auplay_channels         1
# without a jitter buffer (1.0.0 by the second, 1.1.0 by the first) nothing of the end is lost
jitter_buffer_type      off
jitter_buffer_delay     0-0
snd_path                {RECORDINGS}
ring_aufile             none
ringback_aufile         none
callwaiting_aufile      none
busy_aufile             none
error_aufile            none
notfound_aufile         none
statmode_default        off
menu_bell               no
module_path             {program.modules}
# the codecs before the accounts, which name them
module                  g711.so
module                  aubridge.so
module                  aufile.so
module                  sndfile.so
module_app              account.so
module_app              menu.so
module_app              ctrl_tcp.so
ctrl_tcp_listen         {line.address}:{control_port}
"""


def furnish(folder: Path, config: str, *, tone: Path) -> None:
    """Fill a phone's folder; the accounts stay empty, because one that is added by command tells when it has registered."""
    (folder / RECORDINGS).mkdir(parents=True, exist_ok=True)
    (folder / "config").write_text(config)
    for empty in ("accounts", "contacts"):
        (folder / empty).write_text("\n")
    link = folder / TONE
    link.unlink(missing_ok=True)
    link.symlink_to(tone.resolve())
