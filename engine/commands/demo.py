"""`zhida demo`: the lab started, the story played with real calls, the lab stopped."""

import asyncio
import shutil
import subprocess
import sys
import time

from aiohttp import ClientError

from calls.errors import ZhidaError
from config.settings import Settings
from engine.commands import lab as lab_command
from engine.commands.options import CHECKOUT
from lab.client import LabApi
from lab.demo.stage import Stage
from lab.demo.story import tell
from lab.demo.timeline import Timeline
from lab.house import control
from lab.phones.errors import PhoneFault
from lab.phones.phones import Phones
from lab.phones.world import World

_NET = "127.0.0"
_SETTINGS = ["conference.office_ring_s=4", "conference.mobile_ring_s=15", "seats.wrap_up_s=1"]


def demo() -> None:
    """Start the lab, play the story of a hotline's day with real calls, stop the lab; exit 0 only if every step was seen."""
    sys.exit(asyncio.run(_demo()))


async def _demo() -> int:
    began = time.monotonic()
    sys.stdout.write("Starting the lab: Asterisk, Redis, an engine, and the sample whitelist and roster…\n")
    sys.stdout.flush()
    timeline = Timeline()
    settings = await lab_command.start(_NET, engines=1, overrides=_SETTINGS)
    try:
        await _play(settings, timeline)
    except (ZhidaError, PhoneFault, TimeoutError, ClientError) as error:
        sys.stdout.flush()
        sys.stderr.write(f"\nzhida: “{timeline.chapter or 'the start'}” was not seen to its end: {error or type(error).__name__}\n")
        return 1
    finally:
        await control.stop(lab_command.state_dir(_NET))
    sys.stdout.write(f"\n{timeline.facts} things were seen in {time.monotonic() - began:.0f} s. The lab is stopped.\n{_GO_ON}")
    return 0


async def _play(settings: Settings, timeline: Timeline) -> None:
    state = lab_command.state_dir(_NET)
    pbx = next(iter(settings.asterisk.values()))
    found = lab_command.status_of(_NET)
    folder = state / "phones"
    shutil.rmtree(folder, ignore_errors=True)
    async with LabApi(found["api"]["url"], found["api"]["token"]) as api, Phones(folder, net=_NET) as phones, World(phones) as world:
        stage = Stage(
            api=api,
            phones=phones,
            world=world,
            timeline=timeline,
            recordings=pbx.recordings_here,
            prompts=pbx.prompts_here / settings.hotline.language,
            parts=lambda: lab_command.status_of(_NET)["parts"],
            audit=lambda: _audit(found["config"]),
        )
        await tell(stage)


def _audit(config: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "engine", "audit", "--config", config]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


_GO_ON = """
Go on by hand:
  ./zhida lab up          the same hotline, for you to call; it prints the SIP addresses and passwords
  ./zhida lab status      what runs, and where
  ./zhida explain 0515-88880001 --trunk transit
                          why a call goes where it goes
  ./zhida lab down
"""
