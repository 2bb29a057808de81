"""Sections about specialists who answer by a link: the links themselves, and the SMS that bring them."""

import json
import re
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.fields import Network, PathHere, Says, Secret, Section, shown
from tickets.templates import GATEWAY_PLACES, SMS_PLACES, places_in

_LOOPBACK: Final = re.compile(r"localhost|127\.[0-9.]+|\[::1\]")
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9._~/-]*")
_FIELD: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def _base_url(value: str) -> str:
    """Raises: ValueError: nobody could open a page below it, or others on the way could read it."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"{shown(value)} is not where pages can be; write one such as https://links.example.cn")
    if not _PLAIN_PATH.fullmatch(parts.path):
        raise ValueError(f"{shown(parts.path)} is not a path for pages; write it with letters, digits and ._~/- alone")
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname):
        raise ValueError("is not encrypted on its way; write https://, and let a reverse proxy serve it")
    return value.rstrip("/")


def _gateway_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("is not a gateway's address; write one such as https://sms.example.cn/send, and secrets under headers")
    return value


def _text(value: str) -> str:
    strange = sorted(places_in(value) - SMS_PLACES)
    if strange:
        raise ValueError(f"{{{strange[0]}}} stands for nothing; allowed are {_places(SMS_PLACES)}")
    if "{url}" not in value:
        raise ValueError("has no {url}; without it nobody can open the link")
    return value


def _body(value: str) -> str:
    document = _json(value)
    places = places_in(document)
    if not isinstance(document, dict):
        raise ValueError('is not a JSON object; write one such as {"to": "{number}", "text": "{text}"} in single quotes')
    if strange := sorted(places - GATEWAY_PLACES):
        raise ValueError(f"{{{strange[0]}}} stands for nothing; allowed are {_places(GATEWAY_PLACES)}")
    if missing := sorted({"number", "text"} - places):
        raise ValueError(f"has no {{{missing[0]}}}; the gateway needs it")
    return value


def _json(text: str) -> Any:  # noqa: ANN401  JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _places(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _field(value: str) -> str:
    if not _FIELD.fullmatch(value):
        raise ValueError(f"{shown(value)} is not a field; write its name, dotted where it is inside another, such as data.0.code")
    return value


BaseUrl = Annotated[str, AfterValidator(_base_url), Says("an https:// address")]
GatewayUrl = Annotated[str, AfterValidator(_gateway_url), Says("an http:// or https:// address")]
SmsText = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_text), Says("a text with {url}")]
JsonBody = Annotated[str, AfterValidator(_body), Says("a JSON object with {number} and {text}")]
AnswerField = Annotated[str, AfterValidator(_field), Says("a field's name")]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")]


class LinksSettings(Section):
    """Links by which specialists answer a ticket from their own phones."""

    base_url: BaseUrl | None = None
    """Where specialists reach the page from outside, without the /t at its end: https://links.example.cn; empty: there are no links."""
    secret: Secret | None = None
    """What the codes are made of, at least 32 characters that nobody can guess; with another one, links sent before stay good."""
    send: Literal["automatic", "on_request", "off"] = "on_request"
    """When a link is sent by SMS: as soon as a specialist joins a call (and on request), on request alone, or never."""
    valid_s: Annotated[float, Field(ge=300, le=2_592_000)] = 259_200
    """A link can be used so long after it was issued (seconds)."""
    session_s: Annotated[float, Field(ge=300, le=86_400)] = 14_400
    """An opened page can be used so long without opening the link again (seconds)."""
    show_number: bool = False
    """Whether specialists see the caller's whole number; otherwise its last four digits."""
    proxies: tuple[Network, ...] = ("127.0.0.1",)
    """Reverse proxies in front, whose X-Forwarded-For tells who asks; whoever asks too often is held off, and none for another's sake."""
    text: SmsText = "【12345】{enterprise}的诉求请您答复（工单{ticket}）：{url} {hours}小时内有效，请勿转发。"
    """The SMS: {url}, {ticket} (its number), {enterprise}, {name} (the specialist's) and {hours} (how long it is good) are filled in."""


class SmsHttpSettings(Section):
    """A gateway that is asked by HTTP."""

    url: GatewayUrl
    """Where each message is sent to."""
    method: Literal["POST", "PUT"] = "POST"
    """How."""
    headers: dict[HeaderName, Secret] = Field(default_factory=dict)
    """Headers that go with it, by name."""
    body: JsonBody
    """What is sent, as JSON in single quotes; {number}, {text} and {id} (the message's own, the same at every attempt) are filled in."""
    form: bool = False
    """Whether the body's fields are sent as a form rather than as JSON."""
    ok_field: AnswerField | None = None
    """The field of its JSON answer that says whether it took the message; empty: any 2xx does."""
    ok_values: tuple[str, ...] = ("0", "OK", "ok", "success", "true")
    """What that field says then."""
    id_field: AnswerField | None = None
    """The field of its answer that holds its own id of the message, which is kept."""
    timeout_s: Annotated[float, Field(ge=1, le=60)] = 10
    """It is waited for at most so long (seconds)."""


class SmsReceiptsSettings(Section):
    """What the gateway tells of messages it took: it sends it to https://…/sms/receipts/SECRET, which a reverse proxy lets through."""

    secret: Secret
    """What it shows in that address, or as bearer's token or password in Authorization; at least 24 of A-Z a-z 0-9 - and _."""
    list_field: AnswerField | None = None
    """The field that holds a list of receipts; empty: the whole is one, or a list of them."""
    form_field: AnswerField | None = None
    """Where it sends forms: the field that holds the receipts as JSON; empty: the form's fields are the receipt."""
    id_field: AnswerField = "id"
    """The field with the message's id: ours ({id} of sms.http.body) or its own (sms.http.id_field)."""
    state_field: AnswerField = "status"
    """The field that says what became of it."""
    delivered: tuple[str, ...] = ("delivered", "DELIVRD", "DELIVERED", "SUCCESS", "success", "true")
    """What it says then where the phone has the message."""
    failed: tuple[str, ...] = ("failed", "undelivered", "UNDELIV", "UNDELIVERED", "REJECTD", "EXPIRED", "FAIL", "FAILED", "false")
    """And where the phone will never have it; anything else says that it is on its way."""
    answer: Annotated[str, Field(max_length=200)] = "OK"
    """What it wants to read when they were taken."""


class SmsSettings(Section):
    """SMS to specialists."""

    http: SmsHttpSettings | None = None
    """The gateway; empty: there is none."""
    file: PathHere | None = None
    """Instead of a gateway, a file to which each message is added, a line of JSON each; for trying things out."""
    receipts: SmsReceiptsSettings | None = None
    """What the gateway tells of messages it took; empty: nothing, and `sent` is the last that is known of one."""
    number_form: Literal["national", "e164"] = "national"
    """How numbers are written: 13900001001 or 8613900001001."""
    attempts: Annotated[int, Field(ge=1, le=50)] = 8
    """A message is tried at most so often, at growing intervals (5 s, 10 s, 20 s, up to 10 min)."""
    send_twice: bool = True
    """Whether a message that may have been sent (no answer came, or the engine died) is sent again with the same id; else it is left."""
