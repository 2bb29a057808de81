"""Where an engine's doors are, and Asterisk's, as the configuration has them."""

from config.settings import Settings
from config.telephony import PbxSettings
from pbx.ami.settings import AmiLogin


def agi_address(settings: Settings, number: int) -> tuple[str, int]:
    """Where engine `number` (from 1) of this configuration takes calls."""
    address = agi_addresses(settings)[number - 1]
    host, _, port = address.rpartition(":")
    return host, int(port)


def agi_addresses(settings: Settings) -> tuple[str, ...]:
    """Where all engines take calls, in the dialplan's order."""
    return tuple(str(address) for address in settings.engine.agi.engines or (settings.engine.agi.listen,))


def api_address(settings: Settings, number: int) -> tuple[str, int]:
    """Where engine `number` serves HTTP: the configured port for the first, the next ones after it for the others."""
    return settings.api.host, settings.api.port + number - 1


def login_of(pbx: PbxSettings) -> AmiLogin:
    """How to log in to an Asterisk's AMI."""
    return AmiLogin(
        host=pbx.ami.host,
        port=pbx.ami.port,
        username=pbx.ami.user,
        secret=pbx.ami.secret.get_secret_value(),
        systemname=pbx.systemname,
    )
