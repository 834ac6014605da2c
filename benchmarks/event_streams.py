"""What a hundred open lists cost the web process while nothing changes, and while cases arrive.

    python -m benchmarks.event_streams [--streams 100] [--seconds 20]

Starts one uvicorn on an empty home, signs in as many people as are needed at four streams each, opens the streams and takes the
processor time of the web process over the span: `quiet` with no change, `busy` with one new case every two seconds, of
which every stream is told. Share of one core; `told` counts streams that were told of all cases.
Writes benchmarks/results/event_streams.json.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.machine import describe_machine, write_result

REPOSITORY = Path(__file__).resolve().parent.parent
PER_PERSON = 4
CASE_SECONDS = 2.0
SIGN_IN = """
import json, sys
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
cookies = []
for number in range(int(sys.argv[1])):
    client = Client()
    client.force_login(get_user_model().objects.create_user(f"reader{number}"))
    cookies.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
print(json.dumps(cookies))
"""
ADD_CASES = """
import datetime, sys, time, uuid
from webapp.archive.models import Image, Project
for number in range(int(sys.argv[1])):
    uid = f"1.2.826.{number}"
    Image.objects.create(
        project=Project.default(), sop_instance_uid=uid, study_instance_uid=uid, series_instance_uid=uid,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1.1", transfer_syntax_uid="1.2.840.10008.1.2.1", modality="DX",
        study_date=datetime.date(2026, 11, 18), view_position="PA", rows=2500, columns=2048, bits_stored=12,
        photometric="MONOCHROME2", header={}, received_sha256=f"{number:064x}", stored_sha256=f"{number:064x}", bytes=1,
        storage_key=uuid.uuid4(),
    )
    time.sleep(float(sys.argv[2]))
"""


def main(arguments: list[str] | None = None) -> None:
    """Measures, prints and keeps the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.event_streams")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _django(home, "from django.core.management import call_command; call_command('migrate', verbosity=0)")
        people = -(-options.streams // PER_PERSON)
        cookies = json.loads(_django(home, SIGN_IN, str(people)))
        wanted = [cookies[number // PER_PERSON] for number in range(options.streams)]
        figures = asyncio.run(_measure(home, wanted, options.seconds))
    result = {"machine": describe_machine(), "streams": options.streams, "seconds": options.seconds, **figures}
    print(json.dumps(result, indent=2))
    write_result("event_streams", result)


async def _measure(home: Path, cookies: list[str], seconds: float) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "webapp.asgi:application", "--port", str(port), "--no-access-log"]
    server = subprocess.Popen([*command, "--log-level", "warning"], cwd=REPOSITORY, env=_environment(home))
    try:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60.0, limits=limits) as client:
            await _is_up(client)
            told = [0] * len(cookies)
            streams = [
                asyncio.create_task(_listen(client, cookie, told, place)) for place, cookie in enumerate(cookies)
            ]
            await asyncio.sleep(5.0)  # all are connected and have had their first look
            quiet = await _share(server.pid, asyncio.sleep(seconds))
            cases = int(seconds / CASE_SECONDS)
            adding = asyncio.to_thread(_django, home, ADD_CASES, str(cases), str(CASE_SECONDS))
            busy = await _share(server.pid, adding)
            await asyncio.sleep(3.0)
            broken = sum(stream.done() for stream in streams)
            for stream in streams:
                stream.cancel()
    finally:
        server.terminate()
        server.wait(20)
    everything = sum(count == cases for count in told)
    return {"quiet_core_share": quiet, "busy_core_share": busy, "cases": cases, "told": everything, "broken": broken}


async def _listen(client: httpx.AsyncClient, cookie: str, told: list[int], place: int) -> None:
    async with client.stream("GET", "/events/", headers={"Cookie": cookie}, timeout=None) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                told[place] += len(json.loads(line[6:]).get("images", []))


async def _share(pid: int, span: Any) -> float:
    """Processor time of the process itself, without children, over the wall time that `span` takes."""
    process, began = psutil.Process(pid), time.monotonic()
    before = process.cpu_times()
    await span
    after = process.cpu_times()
    return round((after.user + after.system - before.user - before.system) / (time.monotonic() - began), 4)


async def _is_up(client: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            if (await client.get("/healthz")).status_code == 200:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.2)
    raise TimeoutError("the server did not answer within 90 s")


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "SIGHTLINE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "webapp.settings"}


def _django(home: Path, code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", f"import django; django.setup()\n{code}", *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, env=_environment(home), check=True, stdout=subprocess.PIPE, text=True
    ).stdout


if __name__ == "__main__":
    main(sys.argv[1:])
