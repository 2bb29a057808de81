"""The AGI environment as one frozen fact: which call this is, and what the dialplan handed over."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from calls.errors import Refused

_UNIQUEID = re.compile(r"[A-Za-z0-9._-]{1,150}", re.ASCII)
_ORDER: Final = (  # res_agi.c `launch_netscript`, then `setup_env`; the arguments come last
    "agi_network",
    "agi_network_script",
    "agi_request",
    "agi_channel",
    "agi_language",
    "agi_type",
    "agi_uniqueid",
    "agi_version",
    "agi_callerid",
    "agi_calleridname",
    "agi_callingpres",
    "agi_callingani2",
    "agi_callington",
    "agi_callingtns",
    "agi_dnid",
    "agi_rdnis",
    "agi_context",
    "agi_extension",
    "agi_priority",
    "agi_enhanced",
    "agi_accountcode",
    "agi_threadid",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiRequest:
    """What Asterisk says of the call it brings.

    Everything from `callerid` on may hold what a caller wrote; `uniqueid`, `channel`, `script` and `query` stand before it in
    the environment, and the first value of a name counts, so nothing a caller writes can take their place. The arguments
    come last, where a forged one would be the first: so there are none when the environment is `tampered` with.

    Args:
        uniqueid: the call's id.
        channel: the channel's name.
        script: the path of agi://engine:4573/<script>, without the query.
        query: what stood behind `?` in that path, decoded; `+` is a plus.
        args: agi_arg_1, agi_arg_2, …; empty when tampered.
        callerid: as Asterisk has it, "unknown" for none.
        peer: the address Asterisk connected from.
        tampered: the lines are not those, in that order, that Asterisk writes: somebody wrote line ends into a value.
            Nothing of the caller's is to be trusted then.
        env: all of it, for what is not named here.
    """

    uniqueid: str
    channel: str
    script: str
    query: Mapping[str, str]
    args: tuple[str, ...]
    callerid: str
    callerid_name: str
    context: str
    extension: str
    language: str
    peer: str
    tampered: bool
    env: Mapping[str, str]


def request_of(lines: Sequence[str], peer: str) -> AgiRequest:
    """The request these environment lines make.

    Raises: Refused: there is no usable uniqueid.
    """
    pairs = [line.partition(": ")[::2] for line in lines]
    env: dict[str, str] = {}
    for name, value in pairs:
        env.setdefault(name, value)
    uniqueid = env.get("agi_uniqueid", "")
    if not _UNIQUEID.fullmatch(uniqueid):
        raise Refused("agi_uniqueid_invalid", "agi_uniqueid must be 1 to 150 letters, digits, dots, dashes or underscores.")
    tampered = _is_tampered([name for name, _ in pairs])
    args = tuple(env[name] for name in takewhile(env.__contains__, (f"agi_arg_{n}" for n in count(1))))
    script, _, query = env.get("agi_network_script", "").partition("?")
    return AgiRequest(
        uniqueid=uniqueid,
        channel=env.get("agi_channel", ""),
        script=script,
        query=MappingProxyType(_query(query)),
        args=() if tampered else args,
        callerid=env.get("agi_callerid", ""),
        callerid_name=env.get("agi_calleridname", ""),
        context=env.get("agi_context", ""),
        extension=env.get("agi_extension", ""),
        language=env.get("agi_language", ""),
        peer=peer,
        tampered=tampered,
        env=MappingProxyType(env),
    )


def _query(text: str) -> dict[str, str]:
    query: dict[str, str] = {}
    for part in text.split("&") if text else ():
        name, _, value = part.partition("=")
        query.setdefault(unquote(name), unquote(value))
    return query


def _is_tampered(names: Sequence[str]) -> bool:
    order = _ORDER if "agi_network_script" in names else tuple(name for name in _ORDER if name != "agi_network_script")
    arguments = names[len(order) :]
    return tuple(names[: len(order)]) != order or any(name != f"agi_arg_{n}" for n, name in enumerate(arguments, 1))
