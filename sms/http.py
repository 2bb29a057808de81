"""A gateway that is asked by HTTP: a request made of a template, an answer that is read for what is configured."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from calls.masking import masked
from tickets.messages import GatewayAway, GatewayRefused, GatewaySilent, Sms
from tickets.templates import at, filled, text_of

_NOT_TAKEN: Final = frozenset({408, 425, 429, 503})
_MAX_ANSWER_BYTES: Final = 64 * 1024
_LONGEST_SAID: Final = 120
_NUMBERS: Final = re.compile("[0-9]{7,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpGatewaySettings:
    """How the gateway wants to be asked.

    Args:
        body: what is sent, with GATEWAY_PLACES in its texts. form: as form fields rather than JSON.
        ok_field, ok_values: where the JSON of its answer says so, and what it says, when it took a message; "": any 2xx is a yes.
        id_field: where its own id of the message stands in the answer, "" nowhere. Fields are dotted: data.0.code.
        timeout_s: for the whole request.
    """

    url: str
    body: Mapping[str, Any]
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: bool = False
    ok_field: str = ""
    ok_values: tuple[str, ...] = ()
    id_field: str = ""
    timeout_s: float = 10.0


class HttpGateway:
    """Each message is one request with an Idempotency-Key: its own id, the same at every attempt."""

    def __init__(self, settings: HttpGatewaySettings) -> None:
        self._settings = settings

    async def send(self, sms: Sms) -> str:
        """See `Gateway.send`."""
        asking = self._settings
        body = filled(asking.body, {"number": sms.number, "text": sms.text, "id": sms.message_id})
        content: dict[str, Any] = {"data": {name: text_of(value) for name, value in body.items()}} if asking.form else {"json": body}
        headers = {"Idempotency-Key": sms.message_id, **asking.headers}
        timeout = aiohttp.ClientTimeout(total=asking.timeout_s)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, auto_decompress=True) as session,
                session.request(asking.method, asking.url, headers=headers, allow_redirects=False, **content) as response,
            ):
                answer = await response.content.read(_MAX_ANSWER_BYTES)
                return self._read(response.status, response.headers.get("Retry-After", ""), answer)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise GatewayAway(f"The SMS gateway cannot be reached ({type(error).__name__}).") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise GatewaySilent(f"The SMS gateway did not answer ({type(error).__name__}).") from None

    def _read(self, status: int, retry_after: str, answer: bytes) -> str:
        """Its id of the message. What it says for people is not repeated: the text may stand in it."""
        document = _document(answer)
        asking = self._settings
        if status in _NOT_TAKEN:
            after_s = float(retry_after) if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 6 else 0.0
            raise GatewayAway(f"The SMS gateway answered {status}.", after_s=after_s)
        if status >= 500:
            raise GatewaySilent(f"The SMS gateway answered {status}.")
        if not 200 <= status < 300:
            raise GatewayRefused("gateway_refused", f"The SMS gateway answered {status}.")
        if asking.ok_field and (said := text_of(at(document, asking.ok_field))) not in asking.ok_values:
            told = _NUMBERS.sub(lambda number: masked(number[0]), said[:_LONGEST_SAID])
            raise GatewayRefused("gateway_refused", f"The SMS gateway's {asking.ok_field} is {told!r}.")
        return text_of(at(document, asking.id_field))[:_LONGEST_SAID] if asking.id_field else ""


def _document(answer: bytes) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return None

