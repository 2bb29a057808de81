"""`zhida tickets`: look at tickets and write what the agent writes, from the shell."""

import json
import sys
from typing import Annotated, Any

import typer

from engine.client import Api
from engine.commands.options import AsJson, ConfigFile, local, settings_of
from engine.commands.table import table

app = typer.Typer(no_args_is_help=True, help="Look at tickets, and write what the agent writes.")

Number = Annotated[str, typer.Argument(metavar="TICKET", help="Its number.")]


@app.command("list")
def list_tickets(
    config: ConfigFile = None,
    as_json: AsJson = False,
    most: Annotated[int, typer.Option("--most", min=1, help="At the most so many.")] = 50,
) -> None:
    """Tickets, the newest first."""
    settings = settings_of(config)
    found = Api(settings).items("/tickets", most=most)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [
        (one["number"], one["status"], one["type"], one["enterprise"], one["seat"], local(settings, one["due"]), one["call_id"])
        for one in found
    ]
    sys.stdout.write(table(("ticket", "status", "type", "enterprise", "seat", "due", "call"), rows))


@app.command()
def show(number: Number, config: ConfigFile = None) -> None:
    """One ticket, as JSON."""
    sys.stdout.write(json.dumps(Api(settings_of(config)).get(f"/tickets/{number}"), ensure_ascii=False, indent=2) + "\n")


@app.command()
def edit(
    number: Number,
    config: ConfigFile = None,
    kind: Annotated[str | None, typer.Option("--type", help="咨询, 求助, 建议, 投诉 or 举报, or the English words.")] = None,
    content: Annotated[str | None, typer.Option(help="What the caller wants.")] = None,
    answer: Annotated[str | None, typer.Option(help="What he was told.")] = None,
    status: Annotated[str | None, typer.Option(help="Its status.")] = None,
) -> None:
    """Write into the ticket; what is not named stays as it is."""
    given = {"type": kind, "content": content, "answer": answer, "status": status}
    patch = {name: value for name, value in given.items() if value is not None}
    changed = Api(settings_of(config)).send("PATCH", f"/tickets/{number}", patch)
    sys.stdout.write(json.dumps(changed, ensure_ascii=False, indent=2) + "\n")


@app.command()
def links(number: Number, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Specialists' links to the ticket, and what became of the SMS that bring them."""
    settings = settings_of(config)
    found = Api(settings).get(f"/tickets/{number}/links")["items"]
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [
        (
            one["link_id"],
            one["state"],
            one["department"],
            one["name"],
            local(settings, one["expires"]),
            local(settings, one["opened"]),
            _sms(one["message"]),
        )
        for one in found
    ]
    sys.stdout.write(table(("link", "state", "department", "specialist", "expires", "opened", "sms"), rows))


@app.command()
def link(
    number: Number,
    specialist: Annotated[str, typer.Option("--specialist", help="His id in the roster (zhida specialists list).")],
    config: ConfigFile = None,
    send: Annotated[bool, typer.Option("--send/--no-send", help="Send it to his mobile by SMS.")] = True,
    show: Annotated[bool, typer.Option("--show", help="Print address and code, to be read out; that can be done once.")] = False,
) -> None:
    """Give a specialist a link by which he answers the ticket; one he had before opens nothing any more."""
    api = Api(settings_of(config))
    issued = api.send("POST", f"/tickets/{number}/links", {"specialist_id": specialist, "send": send})
    sys.stdout.write(f"Link {issued['link_id']} for {issued['department']} {issued['name']}, good until {issued['expires']}.\n")
    if issued["message"] is not None and send:
        sys.stdout.write(f"SMS to {issued['message']['number']}: {issued['message']['state']}.\n")
    if show:
        code = api.send("POST", f"/tickets/{number}/links/{issued['link_id']}/code")
        sys.stdout.write(f"{code['url']}\nCode to read out: {code['code']}\n")


@app.command()
def unlink(number: Number, link_id: Annotated[str, typer.Argument(metavar="LINK", help="Its id.")], config: ConfigFile = None) -> None:
    """Withdraw a link: it opens nothing any more. What was answered stays."""
    Api(settings_of(config)).send("DELETE", f"/tickets/{number}/links/{link_id}")
    sys.stdout.write(f"Link {link_id} opens nothing any more.\n")


def _sms(message: dict[str, Any] | None) -> str:
    if message is None:
        return "none"
    return f"{message['state']}: {message['why']}" if message["why"] else str(message["state"])
