"""What a key's value may be: the types the settings are made of.

A value comes from YAML as text, as it stands in the file, and only the type of its key says what it means: the area
code 0515 stays "0515" with or without quotes. A `ValueError` raised here is the second half of a fault's sentence.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, PlainSerializer, SecretStr, ValidationInfo

MAX_SEATS: Final = 10_000
MAX_SECRET_BYTES: Final = 4096


class Section(BaseModel):
    """A mapping of the configuration. A field's docstring is its description in faults and in docs/configuration.md."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Says:
    """What a type allows, for people; docs/configuration.md shows it."""

    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port; written host:port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def _split_address(value: object) -> Address:
    """Raises: ValueError: it is not host:port."""
    if isinstance(value, Address):
        return value
    host, colon, port = str(value).rpartition(":")
    if not colon or not re.fullmatch(r"[A-Za-z0-9._-]{1,253}", host) or not re.fullmatch(r"[0-9]{1,5}", port):
        raise ValueError(f"{shown(value)} is not an address; write host:port, e.g. 127.0.0.1:4573")
    if not 1 <= int(port) <= 65535:
        raise ValueError(f"port {port} does not exist; a port is 1 to 65535")
    return Address(host, int(port))


def _literal_address(value: object) -> Address:
    address = _split_address(value)
    try:
        ipaddress.IPv4Address(address.host)
    except ValueError:
        raise ValueError(f"{address.host!r} is not an IPv4 address; write one, because names are not looked up here") from None
    return address


def _network(value: str) -> str:
    try:
        network = ipaddress.ip_network(value)
    except ValueError as wrong:
        meant = ipaddress.ip_network(value, strict=False) if "host bits" in str(wrong) else None
        hint = f"did you mean {meant}?" if meant else "write one such as 10.0.0.1 or 10.0.0.0/24"
        raise ValueError(f"{shown(value)} is not an address or network; {hint}") from None
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError):  # OSError: a directory of the zone database, or a name too long
        raise ValueError(f"{shown(value)} is not a time zone; write one such as Asia/Shanghai") from None
    return value


def seat_ids(value: object) -> tuple[str, ...]:
    """The seats of "8001-8020", "8001,8003", 8001, or a list of such.

    Raises: ValueError: not seats, a seat twice, or more than `MAX_SEATS`.
    """
    parts = value if isinstance(value, list | tuple) else [value]
    found: dict[str, None] = {}
    for part in ",".join(str(part) for part in parts).split(","):
        for seat in _seat_range(part.strip()):
            if seat in found:
                raise ValueError(f"seat {seat} is listed twice; name each seat once")
            found[seat] = None
        if len(found) > MAX_SEATS:
            raise ValueError(f"more than {MAX_SEATS} seats are listed; a hotline has at most {MAX_SEATS}")
    return tuple(found)


def _seat_range(text: str) -> list[str]:
    matched = re.fullmatch(r"([0-9]{2,8})(?:\s*-\s*([0-9]{2,8}))?", text)
    if not matched:
        raise ValueError(f"{shown(text)} is not a seat; write 8001, 8001-8020, or several with commas")
    first, last = matched[1], matched[2] or matched[1]
    if len(first) != len(last) or first > last:
        raise ValueError(f"{text} is not a range of seats; the second number must be the higher one and as long as the first")
    if int(last) - int(first) >= MAX_SEATS:
        raise ValueError(f"{text} is more than {MAX_SEATS} seats; a hotline has at most {MAX_SEATS}")
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]


def _seat_key(value: str) -> str:
    seat_ids(value)
    return value


def _device(value: str) -> str:
    if not re.fullmatch(r"PJSIP/[A-Za-z0-9_-]*\{(seat|browser)\}[A-Za-z0-9_-]*", value):
        raise ValueError(f"{shown(value)} is not a device; write PJSIP/ and a name that holds {{seat}} or {{browser}}")
    return value


def _path_here(value: str, info: ValidationInfo) -> Path:
    """Relative paths count from the configuration file's folder."""
    return Path(_context(info, "folder") or ".") / Path(value).expanduser()


def _path_there(value: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9._/@+-]{0,200}", value):
        raise ValueError(f"{shown(value)} is not a path for Asterisk; write an absolute one of letters, digits and ._/@+-")
    return value.rstrip("/") or "/"


def _url(value: str) -> str:
    if re.match(r"[a-z+]+://[^/@]*:[^/@]*@", value):
        raise ValueError("holds a password; write it under password, where {env: NAME} and {file: PATH} are possible")
    return value


def _secret(value: object, info: ValidationInfo) -> SecretStr:
    """The secret itself, from a text, {env: NAME} or {file: PATH}. No sentence here holds any of it."""
    if isinstance(value, SecretStr):
        return value
    if isinstance(value, str):
        return SecretStr(_one_line(value, "the secret"))
    if isinstance(value, Mapping) and len(value) == 1:
        [(where, name)] = value.items()
        if where == "env" and isinstance(name, str):
            return SecretStr(_from_environment(name, info))
        if where == "file" and isinstance(name, str):
            return SecretStr(_from_file(_path_here(name, info)))
    raise ValueError("is not a secret; write the text itself, {env: NAME} or {file: PATH}")


def _from_environment(name: str, info: ValidationInfo) -> str:
    environ = _context(info, "environ") or {}
    if name not in environ:
        raise ValueError(f"the environment has no variable {name}; set it, or name another")
    return _one_line(str(environ[name]), f"the variable {name}")


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SECRET_BYTES + 1)
    except OSError as fault:
        raise ValueError(f"the secret's file {path} cannot be read ({fault.strerror}); name a file this user may read") from None
    if len(content) > MAX_SECRET_BYTES:
        raise ValueError(f"the secret's file {path} holds more than {MAX_SECRET_BYTES} bytes; it should hold the secret alone")
    try:
        return _one_line(content.decode().rstrip("\r\n"), f"the file {path}")
    except UnicodeDecodeError:
        raise ValueError(f"the secret's file {path} is not UTF-8 text; it should hold the secret alone") from None


def _one_line(secret: str, holder: str) -> str:
    if not secret:
        raise ValueError(f"{holder} is empty; a secret has at least one character")
    if not secret.isprintable():
        raise ValueError(f"{holder} holds a line break or another control character; a secret is one line of text")
    return secret


def _context(info: ValidationInfo, name: str) -> Any:  # noqa: ANN401  pydantic's context holds anything
    return (info.context or {}).get(name)


def shown(value: object) -> str:
    """A value as a fault's sentence may show it: short, on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value)
    return repr(text if len(text) <= 40 else text[:37] + "...")


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
"""A name that keys, Asterisk and Redis can all carry."""
Prompt = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""A prompt of the catalogue."""
Skill = Annotated[str, Field(pattern=r"^[^\W_][\w.+-]{0,31}$")]
"""A skill's name as people call it, in any script."""
Level = Annotated[int, Field(ge=1, le=9)]
"""How well it is known."""
Skills = dict[Skill, Level]
SeatKey = Annotated[str, AfterValidator(_seat_key), Says("seats")]
"""Seats as a key: 8001, 8001-8003, or 8001,8003."""
Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
"""Words for people, one line."""
Digits = Annotated[str, Field(pattern=r"^[0-9]{3,15}$")]
"""A number as it is dialled."""
Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9() -]{1,24}$")]
"""A telephone number as people write it."""
PhoneKey = Annotated[str, Field(pattern=r"^[0-9*#]$")]
"""One key of a telephone."""
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""An hour and minute of the hotline's clock."""
Language = Literal["zh", "en"]
Announce = Literal["off", "position", "wait", "both"]
CallerClass = Literal["key_enterprise", "project", "public", "anonymous"]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
SomeSeconds = Annotated[float, Field(gt=0, le=86_400)]
Port = Annotated[int, Field(ge=1, le=65_535)]
HostAddress = Annotated[InstanceOf[Address], BeforeValidator(_split_address), PlainSerializer(str), Says("host:port")]
"""host:port; the host may be a name."""
IpAddress = Annotated[InstanceOf[Address], BeforeValidator(_literal_address), PlainSerializer(str), Says("address:port")]
"""host:port with a literal IPv4 host: Asterisk looks names up in a blocking way."""
Network = Annotated[str, AfterValidator(_network), Says("an address or network")]
Timezone = Annotated[str, AfterValidator(_timezone), Says("a time zone's name")]
Seats = Annotated[tuple[str, ...], BeforeValidator(seat_ids), Says("seats")]
Device = Annotated[str, AfterValidator(_device), Says("PJSIP/ and a name with {seat} or {browser}")]
PathHere = Annotated[Path, BeforeValidator(_path_here), Says("a path")]
"""A path as the engine sees it."""
PathThere = Annotated[str, AfterValidator(_path_there), Says("an absolute path")]
"""A path as Asterisk sees it, which may run on another machine."""
RedisUrl = Annotated[str, Field(pattern=r"^(rediss?|unix)://[^\s]+$"), AfterValidator(_url)]
SqlUrl = Annotated[str, Field(pattern=r"^(sqlite\+aiosqlite:///|postgresql\+asyncpg://)[^\s]+$"), AfterValidator(_url)]
Secret = Annotated[SecretStr, BeforeValidator(_secret), Says("a text, {env: NAME} or {file: PATH}")]
