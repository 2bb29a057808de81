"""What all documents share."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

Item = TypeVar("Item", bound=BaseModel)
MOST: Final = 200
USUAL: Final = 50


def _as_asked(schema: dict[str, Any], kind: type[BaseModel]) -> None:
    """What is optional is left out, not null: the schema says so too."""
    nullable: frozenset[str] = getattr(kind, "nullable", frozenset())
    more: Mapping[str, Any] = getattr(kind, "more_schema", {})
    for name, field in schema.get("properties", {}).items():
        if field.get("default", ...) is None:
            del field["default"]
        if name not in nullable and "anyOf" in field:
            kept = [choice for choice in field.pop("anyOf") if choice != {"type": "null"}]
            field.update(kept[0] if len(kept) == 1 else {"anyOf": kept})
    schema.update(more)


def a_date(value: object) -> object:
    """Refuse what pydantic would take for seconds since 1970: a bare number is a slip, not a moment."""
    if isinstance(value, datetime) or (isinstance(value, str) and re.match(r"[0-9]{4}-", value)):
        return value
    raise ValueError("write a moment like 2026-11-20T08:00:00+08:00")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of this calendar") from None


def written_moment(moment: datetime) -> str:
    """`2026-11-20T00:00:00.000Z`: of one length always, so that moments written as text sort as they happened."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(a_date),
    AfterValidator(_in_utc),
    PlainSerializer(written_moment, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Any zone is read; UTC is written, to the millisecond."""


def _open_to_more(schema: dict[str, Any]) -> None:
    """A later version may answer with more fields; clients are to pass over what they do not know."""
    schema.pop("additionalProperties", None)


class Document(BaseModel):
    """What is answered."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
        json_schema_extra=_open_to_more,
    )


class Question(BaseModel):
    """What is asked: fields that are not known are refused, because a misspelt one would be passed over in silence.

    A field that may be left out is written `… | None = None`; an explicit null is refused unless the field is in `nullable`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_as_asked)
    nullable: ClassVar[frozenset[str]] = frozenset()
    more_schema: ClassVar[Mapping[str, Any]] = {}

    @model_validator(mode="before")
    @classmethod
    def _no_null(cls, given: Any) -> Any:  # noqa: ANN401  whatever was sent
        if isinstance(given, dict):
            for name, value in given.items():
                if value is None and name not in cls.nullable:
                    raise ValueError(f"{name:.40} cannot be null; leave it out instead")
        return given


class Nothing(Question):
    """No query, or no body."""


class Paged(Question):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="At the most so many items.")] = USUAL
    cursor: Annotated[str | None, Field(max_length=2000, description="`next` of the page before.")] = None


class PageDocument(Document, Generic[Item]):
    """Some of a list. `next` is the cursor of the page that follows, null on the last one."""

    items: list[Item]
    next: str | None
