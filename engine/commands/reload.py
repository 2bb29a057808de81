"""`zhida reload`: the engines read the configuration again, and no call is lost by it."""

import json
import sys
from typing import Annotated, Any

import typer

from engine.client import Api
from engine.commands.options import AsJson, ConfigFile, settings_of


def reload(
    config: ConfigFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have every running engine read its configuration again; says what changed, and what needs a restart."""
    told = Api(settings_of(config)).send("POST", "/reload", {"dry_run": dry_run})
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n" if as_json else _in_words(told))


def _in_words(told: dict[str, Any]) -> str:
    lines: list[str] = []
    section = ""
    for change in told["changes"]:
        of, _, key = change["key"].partition(".")
        if of != section:
            section = of
            lines.append(f"{section}:")
        later = "" if change["at_once"] else "   (needs a restart)"
        lines.append(f"  {key}: {_value(change['old'])} -> {_value(change['new'])}{later}")
    lines += [f"warning: {warning}" for warning in told["warnings"]]
    for name, files in told["snippets"].items():
        lines.append(f"Asterisk {name} needs {', '.join(files)} anew: ./zhida asterisk-config, then core reload there.")
    if told["restart_needed"]:
        lines.append("What needs a restart keeps its old value until then.")
    return "\n".join([*lines, _summary(told)]) + "\n"


def _value(shown: str | None) -> str:
    return "nothing" if shown is None else shown or '""'


def _summary(told: dict[str, Any]) -> str:
    if not told["changes"]:
        return "Nothing differs from what is in force."
    if not told["applied"]:
        return "Nothing was changed: this was a dry run."
    return "Applied." if told["engines"] == 1 else f"Applied here; {told['engines'] - 1} more engines follow, each with its own file."
