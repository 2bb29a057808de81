"""What Asterisk lists, as facts."""

from dataclasses import dataclass
from enum import StrEnum

from pbx.ami.messages import AmiEvent


class DeviceState(StrEnum):
    """A phone's state as Asterisk tells it. It lags the calls and covers calls the engine did not place: a veto, not a claim."""

    UNKNOWN = "UNKNOWN"
    NOT_INUSE = "NOT_INUSE"
    INUSE = "INUSE"
    BUSY = "BUSY"
    INVALID = "INVALID"  # no such device is configured
    UNAVAILABLE = "UNAVAILABLE"  # not registered
    RINGING = "RINGING"
    RINGINUSE = "RINGINUSE"
    ONHOLD = "ONHOLD"

    @classmethod
    def of(cls, text: str) -> "DeviceState":
        """The state called so; UNKNOWN for any other word."""
        return cls.__members__.get(text, cls.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChannel:
    """A leg that exists.

    Args:
        state: ChannelStateDesc: "Up", "Ringing", "Ring", "Down"…
        bridge_id: the bridge it is in; empty where in none.
        application: the dialplan application it is in: "AGI", "ConfBridge", "Dial"…; "AppDial" for a leg that was dialled.
    """

    channel: str
    uniqueid: str
    linkedid: str
    state: str
    bridge_id: str
    application: str
    context: str
    exten: str

    @classmethod
    def of(cls, entry: AmiEvent) -> "ListedChannel":
        """Read an entry of CoreShowChannels."""
        return cls(
            channel=entry.get("Channel"),
            uniqueid=entry.get("Uniqueid"),
            linkedid=entry.get("Linkedid"),
            state=entry.get("ChannelStateDesc"),
            bridge_id=entry.get("BridgeId"),
            application=entry.get("Application"),
            context=entry.get("Context"),
            exten=entry.get("Exten"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMember:
    """A leg in a conference room. Kick and mute want its `channel`, not its `uniqueid`."""

    room: str
    channel: str
    uniqueid: str
    muted: bool
    talking: bool

    @classmethod
    def of(cls, entry: AmiEvent) -> "RoomMember":
        """Read an entry of ConfbridgeList."""
        return cls(
            room=entry.get("Conference"),
            channel=entry.get("Channel"),
            uniqueid=entry.get("Uniqueid"),
            muted=entry.get("Muted") == "Yes",
            talking=entry.get("Talking") == "Yes",
        )
