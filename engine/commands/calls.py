"""`zhida calls`: look at calls, bring specialists into them, supervise and move them, from the shell."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from conference.roster import Level
from engine.client import Api
from engine.commands.options import AsJson, ConfigFile, local, settings_of
from engine.commands.table import table
from routing.expected import wait_errors
from whitelist.identify import CallerClass

app = typer.Typer(no_args_is_help=True, help="Look at calls, bring specialists into them, supervise and move them.")

CallId = Annotated[str, typer.Argument(metavar="CALL", help="The call's id, as `zhida calls list` shows it.")]

Why = Annotated[str, typer.Option(help="Why; it stands in the log of acts.")]
SupervisorPhone = Annotated[str | None, typer.Option("--phone", help="A seat's phone, or one of supervision.phones; it is rung.")]


@app.command("list")
def list_calls(
    config: ConfigFile = None,
    as_json: AsJson = False,
    most: Annotated[int, typer.Option("--most", min=1, help="At the most so many.")] = 50,
    caller_class: Annotated[CallerClass | None, typer.Option("--class", help="Only this class of callers.")] = None,
) -> None:
    """Calls, the newest first; those that go on now among them."""
    settings = settings_of(config)
    found = Api(settings).items("/calls", most=most, **{"class": caller_class})
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [
        (
            call["call_id"],
            local(settings, call["arrived"]),
            call["number"],
            call["enterprise"],
            call["class"],
            call["state"],
            call["seat"],
            call["position"],
            call["expected_wait_s"],
        )
        for call in found
    ]
    sys.stdout.write(table(("call", "arrived", "number", "enterprise", "class", "state", "seat", "position", "will wait"), rows))


@app.command()
def waits(
    config: ConfigFile = None,
    as_json: AsJson = False,
    most: Annotated[int, typer.Option("--most", min=1, help="The latest so many calls.")] = 500,
) -> None:
    """How good the expected waits were: what was expected as a call began to wait, beside how long it waited."""
    found = Api(settings_of(config)).items("/calls", most=most, state="ended", end_reason="completed")
    pairs = [(call["expected_at_join_s"], call["waited_s"]) for call in found]
    errors = wait_errors([(expected, real) for expected, real in pairs if expected is not None and real is not None])
    if as_json:
        print_json(asdict(errors) if errors is not None else {"calls": 0})
    elif errors is None:
        sys.stdout.write(f"None of the latest {len(found)} answered calls had to wait.\n")
    else:
        way = "longer" if errors.bias_s >= 0 else "shorter"
        sys.stdout.write(
            f"{errors.calls} of the latest {len(found)} answered calls had to wait, {errors.real_s:.0f} s on average.\n"
            f"The estimate was {errors.error_s:.0f} s off on average, for {errors.within_minute:.0%} of them a minute at most;\n"
            f"they waited {abs(errors.bias_s):.0f} s {way} than expected on average.\n"
        )


@app.command()
def show(call: CallId, config: ConfigFile = None) -> None:
    """One call with all that is known of it, as JSON."""
    print_json(Api(settings_of(config)).get(f"/calls/{call}"))


@app.command()
def specialists(
    call: CallId,
    config: ConfigFile = None,
    department: Annotated[str | None, typer.Option(help="Hunt through this department, e.g. 税务.")] = None,
    specialist: Annotated[str | None, typer.Option(help="Or ask this one, by id (zhida specialists list).")] = None,
    topic: Annotated[str | None, typer.Option(help="Or whoever knows this (优势业务领域), e.g. 出口退税.")] = None,
    about: Annotated[str | None, typer.Option(help="What the specialist is told it is about.")] = None,
    level: Annotated[Level | None, typer.Option(help="Only specialists of this level.")] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also who is off duty, away, or in another talk.")] = False,
    instead: Annotated[bool, typer.Option("--instead", help="Of a hunt that goes on.")] = False,
) -> None:
    """Look for a specialist: the caller hears music, the seat consults with whoever accepts."""
    body = _wanted(department, specialist, topic)
    given = {"about": about, "level": level, "anyway": anyway or None, "instead": instead or None}
    body |= {name: value for name, value in given.items() if value is not None}
    print_json(Api(settings_of(config)).send("POST", f"/calls/{call}/specialists", body))


@app.command()
def ticket(
    call: CallId,
    config: ConfigFile = None,
    department: Annotated[str | None, typer.Option(help="Whose it is to be; by default that of the latest hunt.")] = None,
    summary: Annotated[str | None, typer.Option(help="What the department is to see to.")] = None,
    silent: Annotated[bool, typer.Option("--silent", help="The caller hears no prompt about it.")] = False,
) -> None:
    """No specialist could be had: leave the call's ticket to the department, with what was tried."""
    given = {"department": department, "summary": summary, "tell_caller": False if silent else None}
    body = {name: value for name, value in given.items() if value is not None}
    print_json(Api(settings_of(config)).send("POST", f"/calls/{call}/specialists/ticket", body))


@app.command()
def wish(
    call: CallId,
    config: ConfigFile = None,
    department: Annotated[str | None, typer.Option(help="Anybody of this department.")] = None,
    specialist: Annotated[str | None, typer.Option(help="Or this one, by id.")] = None,
    topic: Annotated[str | None, typer.Option(help="Or whoever knows this.")] = None,
) -> None:
    """The call's seat is told when one of these specialists can be had (zhida specialists wishes)."""
    print_json(Api(settings_of(config)).send("POST", f"/calls/{call}/specialists/wish", _wanted(department, specialist, topic)))


@app.command()
def join(call: CallId, config: ConfigFile = None) -> None:
    """All three: bring the caller into the room."""
    print_json(Api(settings_of(config)).send("PUT", f"/conferences/{call}/state", {"state": "three_way"}))


@app.command()
def consult(call: CallId, config: ConfigFile = None) -> None:
    """Take the caller back out of the room, to music."""
    print_json(Api(settings_of(config)).send("PUT", f"/conferences/{call}/state", {"state": "consult"}))


@app.command()
def cancel(call: CallId, config: ConfigFile = None) -> None:
    """Stop looking for a specialist; let the target of an announced transfer go."""
    print_json(Api(settings_of(config)).send("DELETE", f"/conferences/{call}/hunt"))


@app.command("pause-recording")
def pause_recording(call: CallId, config: ConfigFile = None) -> None:
    """Record silence of everybody, while a secret is said."""
    print_json(Api(settings_of(config)).send("POST", f"/calls/{call}/recording/pause"))


@app.command("resume-recording")
def resume_recording(call: CallId, config: ConfigFile = None) -> None:
    """Record what is said again."""
    print_json(Api(settings_of(config)).send("POST", f"/calls/{call}/recording/resume"))


@app.command("take-out")
def take_out(
    call: CallId,
    member: Annotated[str, typer.Argument(help="seat, or a specialist's id.")],
    config: ConfigFile = None,
) -> None:
    """End one member's part in the conference; the others go on."""
    print_json(Api(settings_of(config)).send("DELETE", f"/conferences/{call}/members/{member}"))


@app.command()
def listen(call: CallId, why: Why, phone: SupervisorPhone = None, config: ConfigFile = None) -> None:
    """Hear a call, heard by nobody; the phone named is rung, or whoever is on the call already only listens from now on."""
    _supervise(call, "listen", why, phone, config)


@app.command()
def whisper(call: CallId, why: Why, phone: SupervisorPhone = None, config: ConfigFile = None) -> None:
    """Speak to the seat alone; as `listen`."""
    _supervise(call, "whisper", why, phone, config)


@app.command()
def barge(call: CallId, why: Why, phone: SupervisorPhone = None, config: ConfigFile = None) -> None:
    """Speak with everybody on the call; as `listen`."""
    _supervise(call, "barge", why, phone, config)


@app.command()
def leave(call: CallId, config: ConfigFile = None) -> None:
    """Take the supervisor off the call; the others talk on."""
    Api(settings_of(config)).send("DELETE", f"/calls/{call}/supervision")
    sys.stdout.write(f"Nobody supervises call {call} any more.\n")


@app.command()
def move(
    call: CallId,
    why: Why,
    group: Annotated[str | None, typer.Option(help="It waits for this group alone, at its rank.")] = None,
    seat: Annotated[str | None, typer.Option(help="It is offered to this seat now.")] = None,
    first: Annotated[bool, typer.Option("--first", help="It goes before all others.")] = False,
    config: ConfigFile = None,
) -> None:
    """Move a call that waits: to a group, to a free seat, or to the first rank."""
    given = {"group": group, "seat": seat, "rank": "first" if first else None}
    wanted = {name: value for name, value in given.items() if value is not None}
    if len(wanted) != 1:
        raise typer.BadParameter("Name one of --group, --seat and --first.")
    Api(settings_of(config)).send("POST", f"/calls/{call}/move", {**wanted, "why": why})
    sys.stdout.write(f"Call {call} is moved.\n")


@app.command("send-away")
def send_away(
    call: CallId,
    why: Why,
    number: Annotated[str | None, typer.Option(help="Ring this number of the outside world for it.")] = None,
    message: Annotated[str | None, typer.Option(help="The prompt it hears where nobody answers there, or none is named.")] = None,
    config: ConfigFile = None,
) -> None:
    """Take a call out of the waiting room: to a number, or to its end with a message."""
    given = {"number": number, "message": message, "why": why}
    body = {name: value for name, value in given.items() if value is not None}
    Api(settings_of(config)).send("POST", f"/calls/{call}/send-away", body)
    sys.stdout.write(f"Call {call} is taken out of the waiting room.\n")


def _wanted(department: str | None, specialist: str | None, topic: str | None) -> dict[str, Any]:
    given = {"department": department, "specialist_id": specialist, "topic": topic}
    named = {name: value for name, value in given.items() if value is not None}
    if len(named) != 1:
        raise typer.BadParameter("Name either --department or --specialist, or a --topic.")
    return named


def _supervise(call: str, mode: str, why: str, phone: str | None, config: Path | None) -> None:
    api = Api(settings_of(config))
    if phone is None:
        print_json(api.send("PUT", f"/calls/{call}/supervision", {"mode": mode, "why": why}))
    else:
        print_json(api.send("POST", f"/calls/{call}/supervision", {"mode": mode, "phone": phone, "why": why}))


def print_json(document: Any) -> None:  # noqa: ANN401  JSON
    """What the API answered, for people and programs."""
    if document is not None:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
