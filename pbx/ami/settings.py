"""What the link is told: where and as whom to log in, and how long to wait for what."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiLogin:
    """Where Asterisk's manager listens, and as whom to log in.

    Args:
        systemname: asterisk.conf `systemname` of that Asterisk; what does not bear it is not believed.
    """

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    systemname: str

    def __post_init__(self) -> None:
        if not self.systemname:
            raise ValueError("An AMI login needs Asterisk's systemname: without it, forged events cannot be told from real ones.")

    @property
    def where(self) -> str:
        """host:port, for sentences."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTimes:
    """How long the link waits for what; all in seconds.

    Args:
        boot_s: for the word that Asterisk is fully booted; then the connection is made anew, which tells it to who comes late.
        answer_s: for the answer to an action that names no deadline of its own.
        ping_every_s: between two pings on a link that is well.
        ping_s: for any sign of life after a ping; `pings_missed` such silences in a row end the connection.
        reconcile_s: for `on_up`; events are held back meanwhile.
        retry_first_s: before the first attempt to connect again; doubled up to `retry_most_s`, a random half of it off.
        steady_s: a link that was up this long starts again at `retry_first_s`.
    """

    connect_s: float = 3.0
    login_s: float = 5.0
    boot_s: float = 5.0
    answer_s: float = 5.0
    ping_every_s: float = 5.0
    ping_s: float = 3.0
    pings_missed: int = 2
    reconcile_s: float = 10.0
    retry_first_s: float = 0.2
    retry_most_s: float = 15.0
    steady_s: float = 10.0
