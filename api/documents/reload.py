"""A reload as JSON."""

from typing import Annotated

from pydantic import Field, StrictBool

from api.documents.plain import Document, Question
from api.sources import ReloadReport


class ReloadWanted(Question):
    """Whether it is only to be looked at."""

    dry_run: Annotated[StrictBool, Field(description="Show what would change, and change nothing.")] = False


class ChangeDocument(Document):
    """A key that differs. Secrets are not shown. What is not `at_once` takes effect with the engine's next start."""

    key: str
    place: str
    old: str | None
    new: str | None
    at_once: bool


class ReloadDocument(Document):
    """What differs. `snippets`: by Asterisk, the files that asterisk-config is to write anew, with a reload there."""

    applied: bool
    changes: list[ChangeDocument]
    restart_needed: bool
    snippets: dict[str, list[str]]
    warnings: list[str]
    engines: int


def reload_document(report: ReloadReport) -> ReloadDocument:
    """The report, for the one who asked."""
    changes = [
        ChangeDocument(key=one.key, place=one.place, old=one.old, new=one.new, at_once=one.at_once) for one in report.changes
    ]
    return ReloadDocument(
        applied=report.applied,
        changes=changes,
        restart_needed=not all(change.at_once for change in changes),
        snippets={name: list(files) for name, files in report.snippets.items()},
        warnings=list(report.warnings),
        engines=report.engines,
    )
