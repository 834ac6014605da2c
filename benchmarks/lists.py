"""What lists, neighbours, quota and looks for changes cost at 100,000 studies.

    python -m benchmarks.lists [--images 100000] [--requests 200] [--home FOLDER] [--database URL] [--only NAME]

Fills a database (benchmarks/full_archive.py) in a home of its own, or takes the one that FOLDER holds already, and asks each list
`--requests` times, or for SPAN_SECONDS, through Django's test client in one process: the page as a person gets it, with
session, audit event and template. `cpu_ms` is processor time of this process and, on PostgreSQL, of the server's
processes, so that other work on the machine does not count; `p50_ms` and `p95_ms` are wall time and do feel it. `memory_mib` is
what the process has grown by from the first question to the last. Writes benchmarks/results/lists.json, on PostgreSQL
lists_postgresql.json.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from benchmarks.machine import describe_machine, write_result

SPAN_SECONDS = 3.0
LEAST = 5  # requests, however long they take
WARM = 2


def main(arguments: list[str] | None = None) -> None:
    """Measures, prints and keeps the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists")
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--database", default="")
    parser.add_argument("--only", default="", help="names that contain this")
    options = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        _start_django(home, options.database)
        filled = _fill_once(options.images)
        figures = _measure(options.requests, options.only)
    result = {"machine": describe_machine(), "load": os.getloadavg()[0], "images": filled, **figures}
    print(json.dumps(result, indent=2))
    if not options.only:
        write_result("lists_postgresql" if options.database else "lists", result)


def _start_django(home: Path, database: str) -> None:
    import django
    from django.core.management import call_command

    home.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "SIGHTLINE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "SIGHTLINE_LOG_LEVEL": "ERROR",
        "SIGHTLINE_IDLE_MINUTES": "600",  # a list that takes minutes must not end its session
    }
    if database:
        os.environ["DATABASE_URL"] = database
    django.setup()
    call_command("migrate", verbosity=0)


def _fill_once(images: int) -> int:
    from django.db import connection

    from benchmarks.full_archive import fill
    from webapp.archive.models import Image

    if not Image.objects.exists():
        started = time.monotonic()
        fill(images)
        print(f"filled in {time.monotonic() - started:.0f} s", file=sys.stderr)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
    return Image.objects.count()


def _measure(requests: int, only: str) -> dict[str, Any]:
    process, rows = psutil.Process(), {}
    before = process.memory_info().rss
    for name, ask in _questions():
        if only in name:
            rows[name] = _timed(ask, requests)
            print(f"{name:32} {rows[name]}", file=sys.stderr)
    return {"asked": rows, "memory_mib": round((process.memory_info().rss - before) / 2**20, 1)}


def _timed(ask: Callable[[], object], requests: int) -> dict[str, float]:
    for _ in range(WARM):
        ask()
    walls: list[float] = []
    servers = _servers()
    started, cpu, server_cpu = time.monotonic(), time.process_time(), _cpu(servers)
    while len(walls) < requests and (len(walls) < LEAST or time.monotonic() - started < SPAN_SECONDS):
        moment = time.perf_counter()
        ask()
        walls.append(1000 * (time.perf_counter() - moment))
    walls.sort()
    spent = time.process_time() - cpu
    figures = {
        "cpu_ms": 1000 * spent / len(walls),
        "p50_ms": statistics.median(walls),
        "p95_ms": walls[int(0.95 * (len(walls) - 1))],
    }
    if servers:
        figures["database_cpu_ms"] = 1000 * (_cpu(servers) - server_cpu) / len(walls)
        figures["cpu_ms"] += figures["database_cpu_ms"]
    return {name: round(value, 2) for name, value in figures.items()} | {"requests": len(walls)}


def _servers() -> list[psutil.Process]:
    """PostgreSQL's processes on this machine; none for SQLite, which runs in this one."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return []
    return [one for one in psutil.process_iter(["name"]) if (one.info["name"] or "").startswith("postgres")]


def _cpu(processes: list[psutil.Process]) -> float:
    """Seconds of processor time so far. A process that has ended since counts nothing."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _questions() -> Iterator[tuple[str, Callable[[], object]]]:
    yield from _pages()
    yield from _api_lists()
    yield from _neighbours()
    yield from _looks()


def _pages() -> Iterator[tuple[str, Callable[[], object]]]:
    from webapp.archive.models import Image

    reader, blinded = _client("reader0"), _client("blinded")
    yield "list", _page(reader, "/")
    yield "list, fresh part", _page(reader, "/", HTTP_X_SIGHTLINE_PART="list")
    yield "list, blinded reader", _page(blinded, "/")
    for state in ("to_read", "waiting", "refused", "failed", "no_model", "read", "hidden", "all"):
        yield f"list, state {state}", _page(reader, f"/?state={state}")
    for code in (
        "state=all&view=LAT",
        "view=LAT",
        "state=all&finding=finding_03",
        "finding=finding_03",
        "state=all&site=HIL",
    ):
        yield f"list, {code}", _page(reader, f"/?{code}")
    for sort in ("arrived", "-finding", "finding", "-study", "study"):
        yield f"list, sort {sort}", _page(reader, f"/?sort={sort}")
        yield f"list, all, sort {sort}", _page(reader, f"/?state=all&sort={sort}")
    yield "list, read, sort -finding", _page(reader, "/?state=read&sort=-finding")
    yield "list, refused, sort -study", _page(reader, "/?state=refused&sort=-study")
    yield "list, all, -finding, blinded", _page(blinded, "/?state=all&sort=-finding")
    for page in (20, 200, 2000):
        yield f"list, all, page {page}", _page(reader, f"/?state=all&page={page}")
    yield "list, all, -finding, page 2000", _page(reader, "/?state=all&sort=-finding&page=2000")
    yield "list, all, -finding, page 2000, blinded", _page(blinded, "/?state=all&sort=-finding&page=2000")
    one = Image.objects.order_by("created_at")[1000]
    for name, text in {
        "name": one.patient_name.split("^")[0], "common part": "an", "number": one.patient_id, "accession": one.accession_number,
        "date": str(one.study_date), "UID": one.sop_instance_uid, "nobody": "zzzzqq",
    }.items():  # fmt: skip
        found = reader.post("/search/", {"text": text, "state": "all"})
        yield f"list, search {name}", _page(reader, found["Location"])


def _api_lists() -> Iterator[tuple[str, Callable[[], object]]]:
    from django.conf import settings

    from webapp.archive.models import Image

    reader, blinded = _client("reader1"), _client("blinded")
    yield "API list", _page(reader, "/api/images/")
    last = -(-Image.objects.count() // int(settings.REST_FRAMEWORK["PAGE_SIZE"]))
    yield "API list, last page", _page(reader, f"/api/images/?page={last}")
    for code in ("view=LAT", "modality=DX", "state=queued", "state=failed", "state=succeeded"):
        yield f"API list, {code}", _page(reader, f"/api/images/?{code}")
    yield "API list, state=succeeded, blinded", _page(blinded, "/api/images/?state=succeeded")
    one = Image.objects.order_by("created_at")[1000]
    for body in ({"text": one.patient_name.split("^")[0]}, {"patient_id": one.patient_id}):
        yield f"API search, {next(iter(body))}", _post(reader, "/api/images/search/", body)


def _neighbours() -> Iterator[tuple[str, Callable[[], object]]]:
    from webapp.accounts.models import User
    from webapp.archive.models import Image
    from webapp.viewer.worklist.neighbours import neighbours
    from webapp.viewer.worklist.query import WorklistQuery

    by_arrival = Image.objects.order_by("-created_at")
    places = {"new": by_arrival[10], "middle": by_arrival[len(by_arrival.values_list("pk")) // 2]}
    for who in ("reader0", "blinded"):
        person = User.objects.get(username=who)
        for place, image in places.items():
            for code in (
                {},
                {"state": "all"},
                {"state": "all", "sort": "-finding"},
                {"state": "read", "sort": "study"},
            ):
                query = WorklistQuery.from_query(code, person)
                yield (
                    f"neighbours, {who}, {place}, {code or 'default'}",
                    _neighbours_of(neighbours, image, query, person),
                )


def _neighbours_of(neighbours: Any, image: Any, query: Any, person: Any) -> Callable[[], object]:
    return lambda: neighbours(image, query, person, {})


def _looks() -> Iterator[tuple[str, Callable[[], object]]]:
    from django.utils import timezone

    from webapp.accounts.models import User
    from webapp.archive.quota import quota_refusal
    from webapp.viewer.worklist.changes import states_since
    from webapp.viewer.worklist.queue import read_queue

    person = User.objects.get(username="reader0")
    yield "quota", lambda: quota_refusal(person, 1)
    yield "look for changes, quiet", lambda: states_since(timezone.now() + timedelta(seconds=5))
    yield "queue", read_queue


def _client(username: str) -> Any:
    from django.test import Client

    from webapp.accounts.models import User

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=username))
    return client


def _page(client: Any, address: str, **headers: str) -> Callable[[], object]:
    def ask() -> None:
        answer = client.get(address, **headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return ask


def _post(client: Any, address: str, body: dict[str, str]) -> Callable[[], object]:
    def ask() -> None:
        answer = client.post(address, body, content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return ask


if __name__ == "__main__":
    main(sys.argv[1:])
