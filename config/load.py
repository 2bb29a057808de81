"""File + --set + environment -> Settings, or every fault at once with its place."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from config.cross import cross_problems
from config.document import Document, escaped, override, read_document, substitute
from config.faults import ConfigFault, Finding, in_file_order
from config.settings import Settings
from config.words import missing, problem_of, unknown
from config.yaml_text import to_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings, and the document that knows where each of them stands."""

    settings: Settings
    document: Document


def load(path: Path, overrides: Sequence[str] = (), *, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a file. Raises: ConfigFault: with every reason."""
    return read(path, overrides, environ=environ).settings


def read(path: Path, overrides: Sequence[str] = (), *, environ: Mapping[str, str] = os.environ) -> Loaded:
    """The settings of a file, with their places.

    Args:
        path: where it is.
        overrides: "key.path=value" each, later ones win.
        environ: where `{env: NAME}` looks.

    Raises: ConfigFault: with every reason.
    """
    document, findings = _document(path, overrides)
    context = {"folder": document.folder, "environ": environ}
    sections, wrong = _sections(document, context)
    findings += wrong
    partial = Settings.model_construct(**sections)
    findings += [document.finding(problem) for problem in cross_problems(partial, frozenset(sections))]
    if findings:
        raise ConfigFault(sorted(findings, key=in_file_order))
    return Loaded(settings=partial, document=document)


def effective(path: Path, overrides: Sequence[str] = ()) -> str:
    """The file's text with variables and overrides worked in, for a run that is to have neither.

    Secrets stay where `{env:}` and `{file:}` say; relative paths count from wherever the text is put. Raises:
    ConfigFault: it cannot be read.
    """
    document, findings = _document(path, overrides)
    if findings:
        raise ConfigFault(findings)
    return to_yaml({name: escaped(value) for name, value in document.value.items() if name != "variables"})


def _document(path: Path, overrides: Sequence[str]) -> tuple[Document, list[Finding]]:
    document, doubled = read_document(path)
    document, unfit = override(document, overrides)
    document, unknown_variables = substitute(document)
    return document, [*doubled, *unfit, *unknown_variables]


def _sections(document: Document, context: Mapping[str, object]) -> tuple[dict[str, Any], list[Finding]]:
    """Each section by itself, so that a fault in one does not hide those of another."""
    findings = [document.finding(unknown((name,))) for name in document.value if name not in Settings.model_fields]
    sections: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        if name not in document.value and field.is_required():
            findings.append(document.finding(missing((name,))))
            continue
        raw = document.value.get(name)
        if raw is None and not field.is_required():
            sections[name] = field.get_default(call_default_factory=True)
            continue
        try:
            sections[name] = _adapter(name).validate_python(raw, context=dict(context))
        except ValidationError as wrong:
            findings += [document.finding(problem_of(name, error)) for error in _causes(wrong)]
    return sections, findings


def _causes(wrong: ValidationError) -> list[ErrorDetails]:
    """The errors without those that only follow: a list whose items are all faulty is not "empty" as well."""
    errors = wrong.errors(include_url=False)
    faulty = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    return [error for error in errors if error["loc"] not in faulty]


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    field = Settings.model_fields[name]
    annotation: Any = field.annotation
    for metadata in field.metadata:
        annotation = Annotated[annotation, metadata]
    return TypeAdapter(annotation)
