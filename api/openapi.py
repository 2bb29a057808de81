"""The OpenAPI document, made of the table that serves the requests and the models that check them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.documents.problem import Problem
from api.errors import PROBLEM_JSON, Forbidden, Malformed, TooLarge, TooSlow, Unauthorized, WrongMediaType, status_of_kind
from api.repeating import HEADER
from api.route import PATH_PARTS, PREFIX, AnyRoute, Open
from calls.errors import Conflict, Refused, StoreFault, ZhidaError

Json = dict[str, Any]

_REF: Final = "#/components/schemas/{model}"
_ANY: Final[tuple[type[ZhidaError], ...]] = (Malformed, Unauthorized, Forbidden, Refused, StoreFault)
_OF_BODIES: Final[tuple[type[ZhidaError], ...]] = (TooLarge, TooSlow, WrongMediaType)
_RANGES: Final = {
    "Range": "One range of bytes (`bytes=0-1023`, `bytes=1024-`, `bytes=-512`); several are answered with the whole file.",
    "If-Range": "The ETag you saw; where it is another by now, the whole file comes.",
    "If-None-Match": "ETags you have.",
}
_WORDS: Final = """Live calls, seats and conferences of an enterprise hotline, and the records of what happened.

Errors are problem details (RFC 9457) with a stable `code`. Lists are pages: ask again with `cursor` = `next` until that is null.
Moments are read in any zone and written in UTC. Pass over fields and values you do not know: later versions add some."""


def openapi_document(routes: Sequence[AnyRoute], others: Sequence[Open]) -> Json:
    """The whole document (OpenAPI 3.1)."""
    schemas = _Schemas.of(routes, others)
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, schemas)
    for other in others:
        paths.setdefault(other.path, {})["get"] = _open_operation(other, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Zhida (直达)", "version": "1", "description": _WORDS},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.shown(routes),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A token of api.tokens."}},
        },
    }


@dataclass(frozen=True, slots=True)
class _Schemas:
    """The models' schemas: by model and use a reference, and what is referred to."""

    references: Mapping[tuple[Any, JsonSchemaMode], Json]
    definitions: Json

    @classmethod
    def of(cls, routes: Sequence[AnyRoute], others: Sequence[Open]) -> "_Schemas":
        asked = {kind for route in routes for kind in (route.query, route.body)}
        answered = {route.answer for route in routes if route.answer is not None} | {Problem}
        answered |= {answer.model for other in others for answer in other.answers if answer.model is not None}
        uses: list[tuple[type[BaseModel], JsonSchemaMode]] = [(kind, "validation") for kind in sorted(asked, key=_name)]
        uses += [(kind, "serialization") for kind in sorted(answered, key=_name)]
        references, together = models_json_schema(uses, ref_template=_REF)
        return cls(references, together["$defs"])

    def asked(self, kind: type[BaseModel]) -> Json:
        return self.references[kind, "validation"]

    def answered(self, kind: type[BaseModel]) -> Json:
        return self.references[kind, "serialization"]

    def query(self, kind: type[BaseModel]) -> Json:
        schema: Json = self.definitions[self.asked(kind)["$ref"].rpartition("/")[2]]
        return schema

    def shown(self, routes: Sequence[AnyRoute]) -> Json:
        """All but those that only stand for a query; its fields are parameters."""
        queries = {route.query.__name__ for route in routes} | {"Nothing"}
        return {name: schema for name, schema in sorted(self.definitions.items()) if name not in queries}


def _operation(route: AnyRoute, schemas: _Schemas) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "description": f"{route.words}\n\nNeeds the right `{route.right}`.".strip(),
        "tags": [route.tag],
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas), *_headers(route)],
        "responses": {**_answers(route, schemas), **_problems(route, schemas)},
    }
    if route.has_body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schemas.asked(route.body)}}}
    return operation


def _answers(route: AnyRoute, schemas: _Schemas) -> Json:
    return _file_answers(route) if route.media else {str(int(route.status)): _answer(route, schemas)}


def _file_answers(route: AnyRoute) -> Json:
    """The answers of an operation that sends a file."""
    content: Json = {route.media: {"schema": {"type": "string", "format": "binary"}}}
    etag: Json = {"ETag": {"description": "The SHA-256 of the whole file, quoted.", "schema": {"type": "string"}}}
    return {
        "200": {"description": "The file.", "content": content, "headers": etag},
        "206": {"description": "The part that `Range` asks for.", "content": content, "headers": etag},
        "304": {"description": "`If-None-Match` names this very file.", "headers": etag},
    }


def _answer(route: AnyRoute, schemas: _Schemas) -> Json:
    if route.answer is None:
        return {"description": "Done."}
    answer: Json = {"description": _first_line(route.answer), "content": {"application/json": {"schema": schemas.answered(route.answer)}}}
    if route.versioned:
        answer["headers"] = {"ETag": {"description": "`version`, quoted.", "schema": {"type": "string"}}}
    return answer


def _problems(route: AnyRoute, schemas: _Schemas) -> Json:
    kinds = (*_ANY, *route.refusals, *(_OF_BODIES if route.has_body else ()), *((Conflict,) if route.creates else ()))
    words: dict[int, list[str]] = {}
    for kind in kinds:
        told = words.setdefault(int(status_of_kind(kind)), [])
        if _first_line(kind) not in told:
            told.append(_first_line(kind))
    content = {PROBLEM_JSON: {"schema": schemas.answered(Problem)}}
    told_of: Json = {str(status): {"description": " Or: ".join(told), "content": content} for status, told in sorted(words.items())}
    return {**told_of, "default": {"description": "Something that should not happen did.", "content": content}}


def _path_parameters(route: AnyRoute) -> Iterator[Json]:
    for name in route.path_parts:
        part = PATH_PARTS[name]
        schema = {"type": "string", "pattern": f"^{part.pattern}$"}
        yield {"name": name, "in": "path", "required": True, "description": part.words, "schema": schema, "example": part.example}


def _query_parameters(route: AnyRoute, schemas: _Schemas) -> Iterator[Json]:
    query = schemas.query(route.query)
    required = query.get("required", [])
    for name, field in query.get("properties", {}).items():
        schema = {key: value for key, value in field.items() if key not in ("description", "title")}
        parameter = {"name": name, "in": "query", "required": name in required, "schema": schema}
        if "description" in field:
            parameter["description"] = field["description"]
        yield parameter


def _headers(route: AnyRoute) -> Iterator[Json]:
    if route.creates:
        words = "Any text of your own, new for each request: sent again with the same request, it is not carried out again."
        schema: Json = {"type": "string", "pattern": "^[!-~]{1,200}$"}
        yield {"name": HEADER, "in": "header", "required": False, "description": words, "schema": schema}
    if route.media:
        for name, words in _RANGES.items():
            yield {"name": name, "in": "header", "required": False, "description": words, "schema": {"type": "string"}}
    if route.versioned and route.has_body:
        words = "The ETag you saw; where it is another by now, nothing is changed."
        yield {"name": "If-Match", "in": "header", "required": False, "description": words, "schema": {"type": "string"}}


def _open_operation(other: Open, schemas: _Schemas) -> Json:
    return {
        "operationId": other.name,
        "summary": other.summary,
        "description": other.words,
        "tags": ["engine"],
        "security": [{"token": []}, {}] if other.may_have_token else [],
        "parameters": [],
        "responses": {str(int(answer.status)): _open_answer(answer.words, answer.media, answer.model, schemas) for answer in other.answers},
    }


def _open_answer(words: str, media: str, model: type[BaseModel] | None, schemas: _Schemas) -> Json:
    if not media:
        return {"description": words}
    schema: Json = schemas.answered(model) if model is not None else {"type": "object" if media == "application/json" else "string"}
    return {"description": words, "content": {media: {"schema": schema}}}


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _name(kind: type) -> str:
    return kind.__name__
