"""Sections about Zhida's own parts: the engine, its API, its stores."""

from typing import Annotated, Literal

from pydantic import Field

from config.fields import Address, IpAddress, Name, Network, Port, RedisUrl, Seconds, Secret, Section, SomeSeconds, SqlUrl
from config.people import AgentId


class AgiSettings(Section):
    """FastAGI: the line between Asterisk's dialplan and the engine. It has no password, so peers must be few."""

    listen: IpAddress = Address("127.0.0.1", 4573)
    """Address and TCP port on which this engine takes calls."""
    engines: Annotated[tuple[IpAddress, ...], Field(min_length=1)] | None = None
    """The addresses of all engines, which the dialplan tries in turn; empty: this one only."""
    peers: Annotated[tuple[Network, ...], Field(min_length=1)] = ("127.0.0.1",)
    """Addresses or networks of the Asterisks; whoever else connects is turned away."""


class EngineSettings(Section):
    """The engine."""

    agi: AgiSettings = AgiSettings()
    """The line to the dialplan."""
    max_calls: Annotated[int, Field(ge=1, le=100_000)] = 2000
    """Calls at once in one engine; a call above this goes on to the next engine."""
    max_call_s: SomeSeconds = 14_400
    """A call is ended after this, whatever became of its engine (seconds)."""
    graceful_stop_s: Seconds = 30
    """How long a stopping engine lets calls go on before it hands them over (seconds)."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""


class TokenSettings(Section):
    """One who may use the API."""

    role: Literal["observer", "agent", "supervisor", "admin", "hotline"] = "observer"
    """What he may do: look, serve calls, steer seats and calls, everything; hotline: read what is handed to it, and nothing else."""
    token: Secret
    """What stands in the Authorization header; at least 16 characters."""
    agent: AgentId | None = None
    """The agent whose own token it is: he signs in by it without his PIN, and ends no other's wrap-up; empty: several use it."""
    may: tuple[Literal["hear_consults"], ...] = ()
    """What he may do beside that: hear what seats and specialists said while the caller was on music (administrators may)."""


class ApiSettings(Section):
    """The HTTP interface."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,253}$")] = "127.0.0.1"
    """Host or address on which it listens."""
    port: Port = 8080
    """TCP port on which it listens."""
    tokens: dict[Name, TokenSettings] = Field(default_factory=dict)
    """Name to token; the name stands in the log beside what its bearer did."""


class RedisSettings(Section):
    """Live state."""

    url: RedisUrl = "redis://127.0.0.1:6379/0"
    """Where Redis is, without a password."""
    password: Secret | None = None
    """Redis's password; empty: there is none."""


class SqlSettings(Section):
    """The records."""

    url: SqlUrl = "sqlite+aiosqlite:////var/lib/zhida/zhida.db"
    """Where the database is, without a password."""
    password: Secret | None = None
    """The database user's password; empty: there is none."""


class LabSettings(Section):
    """For the lab only."""

    auto_login: bool = False
    """Whether a seat whose phone registers is logged in and ready by itself."""
