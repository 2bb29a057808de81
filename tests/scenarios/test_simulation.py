"""A day of the lab's hotline in virtual time, from the shell; nothing of a lab is needed for it."""

import json
from pathlib import Path
from typing import Any

from tests.scenarios.test_shell import zhida

SAMPLES = Path(__file__).resolve().parents[2] / "config/lab"
DAY = ("--traffic", str(SAMPLES / "traffic.csv"), "--seats-file", str(SAMPLES / "seats.csv"))
A_RUSH = "at,until,per_hour,class\n09:00,10:00,80,key_enterprise\n09:00,10:00,200,public\n"


async def simulated(tmp_path: Path, *words: str) -> dict[str, Any]:
    sample = ("--config", str(SAMPLES / "zhida.yaml"), "--set", f"variables.state={tmp_path}")
    code, out, err = await zhida("simulate", *sample, *words, "--day", "2026-11-20", "--json")
    assert code == 0, err
    document: dict[str, Any] = json.loads(out)
    assert document.pop("pace")["calls"] > 0
    return document


async def test_a_sample_day_is_simulated_the_same_every_time(tmp_path: Path) -> None:
    day = await simulated(tmp_path, *DAY)
    assert day == await simulated(tmp_path, *DAY)
    assert day["day"] == "2026-11-20"
    classes = day["classes"]
    assert set(classes) == {"key_enterprise", "project", "public"}  # 0515-88880001 and 0515-88880101 were found on the whitelist
    assert sum(found["calls"] for found in classes.values()) == day["calls"] > 500
    assert all(found["calls"] == found["answered"] + found["abandoned"] + found["ladder_end"] for found in classes.values())
    assert sum(group["answered"] for group in day["groups"].values()) == sum(found["answered"] for found in classes.values())
    assert classes["key_enterprise"]["in_time"] > 0.9
    assert day["longest"]["waited_s"] >= max(found["max_s"] for found in classes.values())


async def test_more_seats_are_found_where_key_enterprises_are_to_wait_less(tmp_path: Path) -> None:
    (tmp_path / "rush.csv").write_text(A_RUSH)
    rush = ("--traffic", str(tmp_path / "rush.csv"), "--days", "2")
    easy = (await simulated(tmp_path, *rush, "--want", "key_enterprise:25:0.8"))["needed"]
    hard = (await simulated(tmp_path, *rush, "--want", "key_enterprise:7:0.95", "--group", "priority"))["needed"]
    assert easy["group"] == hard["group"] == "priority"
    assert easy["seats"] < hard["seats"] <= 16
    enough = {tried["seats"]: tried["in_time"] for tried in hard["tried"]}
    assert enough[hard["seats"]] >= 0.95 > enough[hard["seats"] - 1]
    assert hard["erlang_c"]["seats"] >= 4  # 80 an hour, three minutes each, are four erlangs


async def test_a_mistake_in_the_file_is_one_sentence_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text("at,class\n09:00,vip\n")
    code, out, err = await zhida("simulate", "--traffic", str(file), "--config", str(SAMPLES / "zhida.yaml"))
    assert (code, out) == (1, "")
    assert err == f"zhida: {file}:2: class: there is no class 'vip'; allowed are key_enterprise, project, public, anonymous.\n"
