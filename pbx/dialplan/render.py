"""The snippets that an existing Asterisk includes, from templates/*.j2."""

from collections.abc import Mapping
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from pbx.dialplan.site import Site

FILES: Final[tuple[str, ...]] = (
    "extensions_zhida.conf",
    "pjsip_zhida.conf",
    "manager_zhida.conf",
    "confbridge_zhida.conf",
    "queues_zhida.conf",
    "musiconhold_zhida.conf",
    "cdr_custom_zhida.conf",
    "features_zhida.conf",
)
"""Each is included by the file of Asterisk's whose name it starts with."""

EVENTS: Final[tuple[str, ...]] = (
    "ConfbridgeJoin",
    "ConfbridgeLeave",
    "DTMFEnd",
    "DeviceStateChange",
    "DialBegin",
    "DialEnd",
    "FullyBooted",
    "Hangup",
    "Hold",
    "Newstate",
    "OriginateResponse",
    "PeerStatus",
    "Unhold",
)
"""The AMI events the engine listens to (engine.watcher, pbx.ami); manager.conf lets only these through: one call makes 40.

FullyBooted is told past these filters only to who logs in afterwards; an engine that logged in while Asterisk boots waits for it.
"""


def render(site: Site) -> Mapping[str, str]:
    """File name to text, for each of FILES."""
    environment = Environment(
        loader=PackageLoader("pbx.dialplan"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False  # noqa: S701  configuration files; Site refuses what could break out
    )
    return {name: environment.get_template(f"{name}.j2").render(site=site, events=EVENTS) for name in FILES}
