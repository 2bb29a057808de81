"""`zhida lab`: a whole hotline on this machine's loopback addresses, to be called with any SIP tool."""

import asyncio
import json
import re
import secrets
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.clock import SystemClock
from calls.errors import NotFound
from config.lab_file import lab_text
from config.load import load
from config.settings import Settings
from engine.addresses import agi_addresses, api_address
from engine.commands.options import LAB_STATE, SAMPLES, AsJson, Overrides
from engine.commands.prompts import make_prompts
from engine.lists import import_samples
from engine.live_check import prompts_of
from engine.site import site_of
from engine.stores import open_stores
from lab.house import control
from lab.house.files import keeper_state, read_house
from lab.house.plan import House, pbx_address
from pbx.dialplan.render import render

app = typer.Typer(no_args_is_help=True, help="A whole hotline on this machine's loopback addresses, to be called with any SIP tool.")


def _loopback(net: str) -> str:
    """Raises: BadParameter: a lab is on this machine's loopback addresses and nowhere else."""
    if re.fullmatch(r"127\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])", net) is None:
        raise typer.BadParameter(f"{net}: write the first three bytes of loopback addresses, such as 127.0.7.")
    return net


Net = Annotated[str, typer.Option(callback=_loopback, help="First three bytes of its addresses; another net is another lab.")]


@app.command()
def up(
    overrides: Overrides = None,
    engines: Annotated[int, typer.Option(min=1, max=9, help="How many engines answer for it.")] = 1,
    pbx: Annotated[int, typer.Option(min=1, max=9, help="How many Asterisks serve it.")] = 1,
    net: Net = "127.0.0",
    keep: Annotated[bool, typer.Option("--keep", help="Keep the records and live state of the lab before.")] = False,
) -> None:
    """Start it in the background; returns when calls can be placed."""
    asyncio.run(start(net, engines=engines, pbxs=pbx, overrides=overrides or [], keep=keep))
    sys.stdout.write(_in_words(status_of(net)))


@app.command()
def down(net: Net = "127.0.0") -> None:
    """Stop it."""
    sys.stdout.write("The lab is down.\n" if asyncio.run(control.stop(state_dir(net))) else "No lab was up.\n")


@app.command()
def status(as_json: AsJson = False, net: Net = "127.0.0") -> None:
    """Say what is up, and where; exit 1 unless calls can be placed."""
    found = status_of(net)
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n" if as_json else _in_words(found))
    if not found["ready"]:
        raise typer.Exit(1)


def state_dir(net: str) -> Path:
    """Where the lab on this net keeps its files."""
    return LAB_STATE if net == "127.0.0" else LAB_STATE / net


async def start(
    net: str,
    *,
    engines: int,
    overrides: list[str],
    keep: bool = False,
    pbxs: int = 1,
    owner: int | None = None,
    clock: bool = False,
) -> Settings:
    """Lay the lab out, start it, and return when calls can be placed.

    Args: owner: the process with which the lab ends. clock: whether its wall clock can be stepped (lab.house.plan.House).

    Raises: ConfigFault, Conflict (it is up), Fault (a part does not come up).
    """
    state = state_dir(net)
    agi = ", ".join(f"{net}.1:{4573 + number}" for number in range(engines))
    names = [f"asterisk.pbx{number}.systemname=lab-{secrets.token_hex(4)}" for number in range(1, pbxs + 1)]
    own = [f"engine.agi.engines=[{agi}]", *_several(net, pbxs), *names]
    text = lab_text(net, state_dir=state, overrides=[*own, *overrides])
    state.mkdir(parents=True, exist_ok=True)
    config = state / "zhida.yaml"
    if keeper_state(state) is None:
        config.write_text(text, encoding="utf-8")
    settings = load(config)
    asterisks = list(settings.asterisk.values())
    names = [pbx.systemname for pbx in asterisks]
    house = House(state=state, net=net, config=config, systemnames=names, engines=engines, owner=owner, clock=clock)
    snippets = [render(site_of(settings, pbx, agi_addresses(settings))) for pbx in asterisks]
    control.prepare(house, snippets, music=Path(asterisks[0].music_dir), keep=keep)
    await _import_samples(settings)
    make_prompts(asterisks[0].prompts_here, sorted({*prompts_of(settings), "en"}))
    await control.start(house, [f"{_url(settings, number)}/healthz" for number in range(1, engines + 1)])
    return settings


def _several(net: str, pbxs: int) -> list[str]:
    """What makes several Asterisks of the lab's one: each is as the first, with an address and files of its own."""
    if pbxs == 1:
        return []
    own = [f"asterisk.pbx1.sip_address={pbx_address(net, 1)}:5060"]
    for number in range(2, pbxs + 1):
        address, name = pbx_address(net, number), f"asterisk.pbx{number}"
        own += [
            f'{name}.ami={{host: "{address}", secret: lab-ami-secret, permit: [127.0.0.0/8]}}',
            f"{name}.sip_address={address}:5060",
            f"{name}.media_address={address}",
            f"{name}.qualify_s=0",
            f"{name}.prompts_dir=${{state}}/prompts",
            f"{name}.music_dir=${{state}}/music",
            f"{name}.recordings_dir=${{state}}/pbx{number}/spool/recording",
            f"{name}.cdr_file=${{state}}/pbx{number}/log/cdr-custom/zhida.csv",
        ]
    return own


async def _import_samples(settings: Settings) -> None:
    stores = open_stores(settings, SystemClock())
    try:
        await stores.database.upgrade()
        await import_samples(settings, stores, SAMPLES)
    finally:
        await stores.database.close()


def status_of(net: str) -> dict[str, Any]:
    """What `lab status --json` prints."""
    state = state_dir(net)
    keeper = keeper_state(state)
    if keeper is None:
        return {"ready": False, "why": f"no lab is up in {state}: ./zhida lab up starts one", "parts": {}}
    house = read_house(state)
    settings = load(house.config)
    health = {f"engine-{number}": control.health(f"{_url(settings, number)}/healthz") for number in range(1, house.engines + 1)}
    parts = {name: {**part, **({"health": health[name]} if name in health else {})} for name, part in keeper["parts"].items()}
    return {
        "ready": all(part["running"] for part in parts.values()) and all(said.get("status") == "ok" for said in health.values()),
        "api": {"url": _url(settings, 1), "token": _token(settings)},
        "sip": f"{net}.1:5060",
        "pbx": {f"pbx{number}": f"{box.address}:5060" for number, box in enumerate(house.boxes, start=1)},
        "config": str(house.config),
        "sms": str(settings.sms.file or ""),
        "parts": parts,
    }


def _url(settings: Settings, number: int) -> str:
    host, port = api_address(settings, number)
    return f"http://{host}:{port}"


def _token(settings: Settings) -> str:
    for token in settings.api.tokens.values():
        return token.token.get_secret_value()
    raise NotFound("no_token", "The lab's configuration has no API token (api.tokens).")


def _in_words(found: dict[str, Any]) -> str:
    if not found["parts"]:
        return f"The lab is not up: {found['why']}.\n"
    net = found["sip"].rpartition(".")[0]
    lines = [
        "The lab is up." if found["ready"] else "The lab is not ready.",
        *(f"  {name}: {'runs' if part['running'] else 'does not run'}, process {part['pid']}" for name, part in found["parts"].items()),
        f"Call it:    from {net}.2 (trusted trunk) or {net}.4 (untrusted) to sip:12345@{found['sip']}, or 12346 for the menu",
        f"Be a seat:  register 8001 … 8020 at {found['sip']}, password lab-8001 … lab-8020; browsers 9001 … at ws://{net}.1:8088/ws",
        *(f"            or {name} at {sip}: calls and seats of all of them are one hotline's" for name, sip in [*found["pbx"].items()][1:]),
        f"Be outside: answer at {net}.3:5060, the number is in the request URI",
        f"API:        {found['api']['url']}/api/v1/ with the header  Authorization: Bearer {found['api']['token']}",
        f"SMS:        {found['sms'] or 'by the configured gateway, if any'}",
        f"Config:     {found['config']}",
    ]
    return "\n".join(lines) + "\n"
