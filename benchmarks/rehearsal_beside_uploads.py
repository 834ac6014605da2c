"""How much a rehearsal slows new uploads, and what is left of it when its worker is killed with -9.

    python -m benchmarks.rehearsal_beside_uploads [--cases 150] [--count 40] [--kills 5]

Starts `manage.py serve` with an empty home, sends `cases` phantoms of 512 x 512, has each reviewed, and times `count` uploads of
10 MB one after the other: alone, while a rehearsal of all cases by two models runs, and alone again. Then another rehearsal,
whose worker is killed `kills` times. Writes benchmarks/results/rehearsal_beside_uploads.json; exit 1 where a case counts twice, a
verdict is missing or a process is left.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.machine import describe_machine, write_result
from benchmarks.radiographs import phantom_dx
from benchmarks.upload_to_result import REPOSITORY, Server, measure, summary
from benchmarks.uploads_under_kills import command_of, send_all, wait_for_the_end

SIDE = 512
PATIENCE_SECONDS = 600.0
LEASE_SECONDS = "6"  # a killed worker's turn is taken over after that
MOST_UPLOADS = 200
SEEDS = 100_000  # phantoms that are timed are others than those that are rehearsed


def site(server: Server, *arguments: str) -> str:
    """`benchmarks.rehearsal_site` in the server's home."""
    command = [sys.executable, "-m", "benchmarks.rehearsal_site", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, env=server.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"rehearsal_site {arguments}: {done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1]


def state(server: Server) -> dict[str, Any]:
    """How far the newest rehearsal is."""
    found: dict[str, Any] = json.loads(site(server, "state"))
    return found


def is_over(found: dict[str, Any]) -> bool:
    """Told once, or stopped."""
    return bool(found["stop"] or found["reports"])


def timed(client: httpx.Client, first: int, count: int) -> list[dict[str, Any]]:
    """Uploads one after the other."""
    return [measure(client, phantom_dx(SEEDS + first + number)) for number in range(count)]


def told(server: Server) -> tuple[int, int]:
    """(answers, reports and stops) of the newest rehearsal, from its rows: quicker than a process of Django."""
    with closing(sqlite3.connect(f"file:{server.home / 'sightline.sqlite3'}?mode=ro", uri=True)) as rows:
        newest = rows.execute("SELECT id FROM rehearsals_rehearsal ORDER BY number DESC LIMIT 1").fetchone()
        if newest is None:
            return 0, 0
        counts = [
            rows.execute(f"SELECT COUNT(*) FROM rehearsals_{table} WHERE rehearsal_id = ?", newest).fetchone()[0]
            for table in ("caseoutput", "replayreport", "rehearsalstop")
        ]
    return counts[0], counts[1] + counts[2]


def beside(server: Server, client: httpx.Client, count: int) -> dict[str, Any]:
    """p95 alone, beside a rehearsal until that is over, alone again."""
    alone = timed(client, 0, count)
    site(server, "ask")
    began, during = time.perf_counter(), []
    before = told(server)[0]
    while len(during) < MOST_UPLOADS and not told(server)[1]:
        during += timed(client, count + len(during), 1)
    seconds, after = time.perf_counter() - began, told(server)
    wait_over(server)
    alone += timed(client, count + len(during), count)
    results = {name: summary([one["result"] for one in own]) for name, own in (("alone", alone), ("beside", during))}
    return {
        "uploads_alone": len(alone),
        "uploads_beside": len(during),
        "answers_meanwhile": after[0] - before,
        "seconds_beside": round(seconds, 1),
        "result_seconds": results,
        "p95_ratio": round(results["beside"]["p95"] / results["alone"]["p95"], 3),
        "p50_ratio": round(results["beside"]["p50"] / results["alone"]["p50"], 3),
    }


def wait_over(server: Server) -> dict[str, Any]:
    """Until the newest rehearsal is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_over(found := state(server)):
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {PATIENCE_SECONDS:.0f} s for the rehearsal: {found}")
        time.sleep(1)
    return found


def under_kills(server: Server, client: httpx.Client, kills: int) -> dict[str, Any]:
    """Another rehearsal whose worker is killed at different places of its way. Uploads meanwhile keep its turns short."""
    site(server, "ask")
    sent = 0
    killed, orphans = [], 0
    while len(killed) < kills:
        answers, ended = told(server)
        if ended:
            break
        workers = [one for one in psutil.Process(server.pid).children() if "worker" in command_of(one)]
        if not workers or (killed and answers <= killed[-1]):  # it must have come further than at the last kill
            client.post("/api/uploads/", files={"files": ("a.dcm", phantom_dx(2 * SEEDS + sent, SIDE, SIDE))})
            sent += 1
            time.sleep(0.2)
            continue
        children = workers[0].children(recursive=True)
        workers[0].kill()
        killed.append(answers)
        _, alive = psutil.wait_procs(children, timeout=10)
        orphans += len(alive)
    return {"killed_at_answers": killed, "orphans": orphans, **wait_over(server)}


def run(cases: int, count: int, kills: int) -> dict[str, Any]:
    """The whole trial as one JSON-ready document."""
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        server = Server(Path(folder), 1, None)
        server.environment["SIGHTLINE_LEASE_SECONDS"] = LEASE_SECONDS
        with server as client:
            send_all(client, [phantom_dx(number, SIDE, SIDE) for number in range(cases)], Counter())
            wait_for_the_end(client)
            measured = beside(server, client, count)
            print(json.dumps(measured), flush=True)
            fell = under_kills(server, client, kills) if kills else {}
            pid, below = server.pid, psutil.Process(server.pid).children(recursive=True)
        left = [one.pid for one in below if one.is_running()]
    return {
        "what": f"{count} uploads one after the other beside a rehearsal of {cases} reviewed cases by two models, 1 worker",
        "machine": describe_machine(),
        "load_average": round(os.getloadavg()[0], 1),
        **measured,
        "under_kills": fell,
        "processes_left": len(left) + int(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"),
    }


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=150)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--kills", type=int, default=5)
    chosen = parser.parse_args(arguments)
    document = run(chosen.cases, chosen.count, chosen.kills)
    write_result("rehearsal_beside_uploads", document)
    print(json.dumps(document, indent=1))
    fell = document["under_kills"]
    if document["processes_left"] or (fell and (fell["twice"] or fell["orphans"] or not fell["verdict"])):
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
