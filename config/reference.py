"""docs/configuration.md, written from the model: `python -m config.reference > docs/configuration.md`."""

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from config.changes import AT_ONCE, RESTART
from config.faults import Key, dotted
from config.fields import Says, Section
from config.settings import Settings
from config.words import SHAPES, bare_type, every_key, field_at, fields_of, item_of

INTRODUCTION = """# Configuration

One YAML file, by default under the name `zhida.yaml`; `config/zhida.sample.yaml` is a whole one to start from.
`./zhida check --config FILE` says everything that is wrong with it, with file and line.

- Every key below may be left out unless it is marked *required*; an empty value is the same as none.
- NAME stands for a name you choose. `--set key.path=value` (e.g. `--set seats.wrap_up_s=0`) sets a key for one run.
- Quotes are never needed to keep a 0 in front: the area code 0515 stays 0515.
- A secret is the text itself, `{env: NAME}` (from the environment) or `{file: PATH}` (the file holds it alone).
- Under `variables:` you name texts for use elsewhere in the file as `${name}`; `${here}` is the file's own folder, and
  `$${` stands for `${` itself. Relative paths count from the file's folder.
- Anchors, aliases and tags of YAML are not used. A file is at most 256 KiB of UTF-8.
"""


def reference() -> str:
    """The whole page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    for name, field in Settings.model_fields.items():
        yield f"## {name}\n"
        yield f"{field.description}{' *Required.*' if field.is_required() else ''}\n"
        yield "| key | what it says | allowed | default |\n|---|---|---|---|"
        keys = [key for key in every_key() if key[0] == name and not fields_of(_annotation(key)) and not _is_heading(key)]
        yield from (_row(key) for key in keys)
        yield ""
    yield from _reload()


def _reload() -> Iterator[str]:
    """Made from the tables by which a reload goes."""
    yield "## Without a restart\n"
    listed = ", ".join(f"`{dotted(key)}`" for key in sorted(AT_ONCE))
    yield f"`./zhida reload` puts these into force while calls go on: {listed}.\n"
    yield "These keep their value until the engine is started again, because of what they are to the calls under way:\n"
    yield "| key | what it is to them |\n|---|---|"
    yield from (f"| `{dotted(key)}` | {why} |" for key, why in RESTART.items())
    yield ""


def _annotation(key: Key) -> object:
    field = field_at(key)
    return field.annotation if field else None


def _is_heading(key: Key) -> bool:
    return len(key) == 1 and bool(fields_of(item_of(_annotation(key))))


def _row(key: Key) -> str:
    field = field_at(key)
    if field is None:
        return ""
    shown = dotted(key) if not fields_of(item_of(field.annotation)) else f"{dotted(key)}.{_place_holder(field)}"
    return f"| `{shown}` | {field.description} | {_escaped(allowed(field.annotation, field.metadata))} | {_escaped(_default(field))} |"


def _place_holder(field: FieldInfo) -> str:
    return "NAME" if get_origin(bare_type(field.annotation)) is dict else "N"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    return _written(field.get_default(call_default_factory=True))


def _written(value: object) -> str:
    if value is None or value in ("", {}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(_written(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def allowed(annotation: object, metadata: Sequence[object] = ()) -> str:
    """What values a type allows, for people."""
    gathered = list(metadata)
    while get_origin(annotation) is Annotated or bare_type(annotation) is not annotation:
        if get_origin(annotation) is Annotated:
            for mark in get_args(annotation)[1:]:
                gathered += mark.metadata if isinstance(mark, FieldInfo) else [mark]
            annotation = get_args(annotation)[0]
        else:
            annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
    said = next((mark.text for mark in gathered if isinstance(mark, Says)), None)
    return said or _by_kind(annotation, gathered)


def _by_kind(annotation: Any, gathered: Sequence[Any]) -> str:  # noqa: ANN401  whatever a model is annotated with
    if get_origin(annotation) is Literal:
        return ", ".join(str(choice) for choice in get_args(annotation))
    if get_origin(annotation) is tuple:
        item = get_args(annotation)[0]
        return "a list" if fields_of(item) else f"a list of: {allowed(item)}"
    if get_origin(annotation) is dict:
        key, value = get_args(annotation)
        return "" if fields_of(value) else f"{allowed(key)}, to {allowed(value)}"
    if annotation is bool:
        return "true or false"
    if annotation in (int, float):
        return _range(gathered)
    pattern = next((str(mark.pattern) for mark in gathered if getattr(mark, "pattern", None)), "")
    return SHAPES.get(pattern, "a text")


def _range(gathered: Sequence[Any]) -> str:
    low = next((f"{mark.ge:g}" for mark in gathered if getattr(mark, "ge", None) is not None), None)
    above = next((f"more than {mark.gt:g}" for mark in gathered if getattr(mark, "gt", None) is not None), None)
    high = next((str(mark.le) for mark in gathered if getattr(mark, "le", None) is not None), "")
    return f"{low or above} to {high}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def sections() -> Iterator[type[Section]]:
    """Every class of the model."""
    yield Settings
    for key in every_key():
        field = field_at(key)
        for kind in (bare_type(field.annotation), bare_type(item_of(field.annotation))) if field else ():
            if isinstance(kind, type) and issubclass(kind, Section):
                yield kind


if __name__ == "__main__":
    sys.stdout.write(reference())
