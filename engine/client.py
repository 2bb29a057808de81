"""The command line's way to a running engine: its own HTTP API."""

import getpass
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

from calls.errors import Fault, Refused
from config.settings import Settings

_ANSWER_S: Final = 15.0


class Api:
    """One engine's API, asked with the configuration's most powerful token."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"http://{settings.api.host}:{settings.api.port}/api/v1"
        self._headers = {
            "Authorization": f"Bearer {_token(settings)}",
            "Content-Type": "application/json",
            "Zhida-Person": getpass.getuser().encode("ascii", "replace").decode()[:64],
        }

    def get(self, path: str, **query: str | int | None) -> Any:  # noqa: ANN401  JSON
        """The document at a path. Raises: Refused: with the API's own sentence. Fault: no engine answers."""
        wanted = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", f"{path}?{urllib.parse.urlencode(wanted)}" if wanted else path)

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Any:  # noqa: ANN401  JSON
        """POST, PUT, PATCH or DELETE. Raises: as `get`."""
        return self._ask(method, path, body, headers)

    def fetch(self, path: str) -> bytes:
        """What is no JSON: a sound. Raises: as `get`."""
        return self._answer("GET", path)

    def items(self, path: str, *, most: int, **query: str | int | None) -> list[Any]:
        """The items of a list, page by page, `most` at the most."""
        found: list[Any] = []
        cursor: str | None = None
        while len(found) < most:
            page = self.get(path, **query, limit=min(most - len(found), 200), cursor=cursor)
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        return found

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401  JSON
        text = self._answer(method, path, body, headers)
        try:
            return json.loads(text) if text else None
        except ValueError as error:
            raise self._nobody(error) from None

    def _answer(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        request = urllib.request.Request(  # noqa: S310  http, from the configuration
            self._url + urllib.parse.quote(path, safe="/?=&%.-_~"),
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={**self._headers, **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:  # noqa: S310  as above
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except (OSError, HTTPException, ValueError) as error:
            raise self._nobody(error) from None

    def _nobody(self, error: Exception) -> Fault:
        why = getattr(error, "reason", error)
        sentence = f"No engine answers at {self._url} ({why}): start one with ./zhida serve or ./zhida lab up."
        return Fault("engine_not_there", sentence)


def _refusal(error: urllib.error.HTTPError) -> Refused:
    try:
        problem = json.load(error)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    sentence = problem.get("detail") or f"The engine answered {error.code} {error.reason}."
    return Refused(str(problem.get("code", f"http_{error.code}")), str(sentence))


def _token(settings: Settings) -> str:
    by_role = {token.role: token.token.get_secret_value() for token in settings.api.tokens.values()}
    for role in ("admin", "supervisor", "agent", "observer"):
        if role in by_role:
            return by_role[role]
    raise Refused("no_token", "The configuration has no API token (api.tokens), so the engine cannot be asked.")
