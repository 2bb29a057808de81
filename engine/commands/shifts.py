"""`zhida shifts`: who is on duty, and the duty table, from the shell."""

import getpass
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.documents.shifts import shift_document
from calls.clock import SystemClock
from config.settings import Settings
from engine.acts import noted_act
from engine.client import Api
from engine.commands.forms import RemoveMissing, TargetFile, Yes, announce, export_form, import_form, run
from engine.commands.options import AsJson, ConfigFile, moment_of, settings_of
from engine.commands.table import table
from engine.lists import rota_list
from engine.serving import shift_rules_of
from engine.shifts import ShiftWatch
from engine.stores import Stores
from routing.rota_form import describe_rota
from whitelist.changes import Diff

At = Annotated[
    str | None, typer.Option(metavar="TIME", help="When, e.g. 2026-10-01T02:00 by the hotline's clock, as planned; else now.")
]


app = typer.Typer(invoke_without_command=True, help="Who is on duty (排班); the duty table in and out.")


@app.callback()
def shifts(context: typer.Context, config: ConfigFile = None, at: At = None, as_json: AsJson = False) -> None:
    """Say who is on duty in each group, until when, and who is not signed in; the duty table in and out."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_of(config)
    found = Api(settings).get("/shifts") if at is None else _planned(settings, moment_of(settings, at))
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    if not found["groups"]:
        sys.stdout.write("No group has shifts; write them under shifts.groups, or import a duty table.\n")
        return
    rows = [_row(settings, shift) for shift in found["groups"]]
    sys.stdout.write(table(("group", "on duty", "until", "then", "wanted", "signed in", "not there"), rows))
    for shift in found["groups"]:
        for gap in shift["gaps"]:
            since, until = (f"{moment_of(settings, gap[end]):%Y-%m-%d %H:%M}" for end in ("since", "until"))
            sys.stdout.write(f"{shift['group']}: nobody on duty from {since} to {until}\n")
    for warning in found["warnings"]:
        sys.stdout.write(f"{warning['lack']}: {warning['why']}\n")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="值班表: 日期, 专席名称, 时段, 座席, 人员姓名, 备注.")],
    config: ConfigFile = None,
    yes: Yes = False,
    remove_missing: RemoveMissing = False,
) -> None:
    """Read a duty table, show what would change, and apply it once that is confirmed."""
    settings = settings_of(config)
    import_form(settings, rota_list(settings), file, yes=yes, remove_missing=remove_missing)


@app.command()
def remove(
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day, e.g. 2026-10-01.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="The last day.")],
    config: ConfigFile = None,
    group: Annotated[str | None, typer.Option(help="Only this group's.")] = None,
    yes: Yes = False,
) -> None:
    """Take the duty table's rows of these days out: the configured shifts hold again."""
    settings, begin, end = settings_of(config), _day(first), _day(last)

    async def take_out(stores: Stores) -> None:
        version = await stores.rota.version()
        rows = [row for row in await stores.rota.everything() if begin <= row.day <= end and group in (None, row.group)]
        changes = Diff(removed=tuple(rows))
        sys.stdout.write(describe_rota(changes) + "\n")
        if not rows or not (yes or typer.confirm("Apply this?")):
            sys.stdout.write("Nothing was changed.\n")
            return
        async with noted_act(stores, "remove_from_list", "shifts", days=[first, last], group=group):
            await stores.rota.apply(changes, by=getpass.getuser(), at=SystemClock().now(), based_on=version)
        await announce(settings)
        sys.stdout.write(f"{len(rows)} removed.\n")

    run(settings, take_out)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a day; write 2026-10-01.") from None


@app.command()
def export(file: TargetFile, config: ConfigFile = None) -> None:
    """Write the duty table back into its form."""
    settings = settings_of(config)
    export_form(settings, rota_list(settings), file)


def _planned(settings: Settings, at: datetime) -> dict[str, Any]:
    """Who is on duty at that moment, as the API would tell it without an engine; warnings are those of somebody who looks then."""
    watch = ShiftWatch(shift_rules_of(settings), SystemClock())
    run(settings, lambda stores: watch.read(stores.rota))
    groups = [shift_document(watch, duty, at, None) for duty in watch.on_duty(at)]
    soon = [gap for group in watch.rosters if (gap := watch.next_gap(group, at)) is not None]
    return {
        "at": at.isoformat(),
        "groups": [group.model_dump(mode="json") for group in groups],
        "warnings": [{"group": one.group, "lack": str(one.lack), "why": one.sentence, "missing": list(one.missing)} for one in soon],
    }


def _row(settings: Settings, shift: dict[str, Any]) -> tuple[object, ...]:
    until = shift["until"] and f"{moment_of(settings, shift['until']):%Y-%m-%d %H:%M}"
    signed_in = None if shift["signed_in"] is None else len(shift["signed_in"])
    not_there = ", ".join(shift["missing"] or ())
    return (shift["group"], _who(shift["on_duty"]), until, shift["then"] and _who(shift["then"]), shift["wanted"], signed_in, not_there)


def _who(duty: dict[str, Any]) -> str:
    return ", ".join((*duty["seats"], *duty["agents"])) or "nobody"
