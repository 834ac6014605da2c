"""`manage.py serve`: the web server and the workers, started together and kept running."""

import io
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from webapp.archive.tidy import tidy_archive
from webapp.deployments.demo import load_demo
from webapp.deployments.static_copy import collect_static_if_changed
from webapp.deployments.supervisor import Child, Supervisor
from webapp.work.ballast import keep_ballast
from webapp.work.training_host import TRAINING_WORKER, can_train
from webapp.work.worker_beat import beat_path

HOST = "127.0.0.1"
MOST_WORKERS_ON_SQLITE = 4


class Command(BaseCommand):
    help = "Bring the database up to date, load the demo once, and run web server and workers until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=_port_from_environment())
        parser.add_argument("--workers", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        port, workers = options["port"], options["workers"]
        _require_usable(port, workers)
        call_command("migrate", interactive=False, verbosity=0)
        collect_static_if_changed()
        keep_ballast()  # before the demo and the children take space
        if settings.SIGHTLINE_DEMO:
            call_command("create_demo_users", stdout=io.StringIO())  # _greet tells the same
            load_demo(say=self.stdout.write)
        tidy_archive()
        connection.close()  # the children open their own
        children = [_web(port), *(_worker(number) for number in range(1, workers + 1))]
        if settings.TRAINING_WORKER and can_train():
            children.append(_training_worker())
        supervisor = Supervisor(children)
        supervisor.run(on_started=lambda: self._greet(port))
        self.stdout.write("Stopped.")

    def _greet(self, port: int) -> None:
        self.stdout.write(f"\n  Sightline on http://{HOST}:{port}/    Research use only, not for diagnosis")
        if settings.SIGHTLINE_DEMO:
            self.stdout.write("  Sign in as radiologist, radiologist2, radiologist3, manager, statistician or admin")
            self.stdout.write(f"  Password  {_demo_password()}")
        self.stdout.write("  Stop with Ctrl-C\n")
        self.stdout.flush()


def _port_from_environment() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdigit():
        raise CommandError(f"PORT={text!r} is not a number from 1 to 65535")
    return int(text)


def _require_usable(port: int, workers: int) -> None:
    if not 1 <= port <= 65535:
        raise CommandError(f"port {port} is not a number from 1 to 65535")
    most = MOST_WORKERS_ON_SQLITE if connection.vendor == "sqlite" else 64
    if not 1 <= workers <= most:
        raise CommandError(f"--workers {workers} is not between 1 and {most} (for {connection.vendor})")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            raise CommandError(
                f"port {port} on {HOST} cannot be used ({problem.strerror}); choose another: --port N"
            ) from problem


def _demo_password() -> str:
    chosen = os.environ.get("SIGHTLINE_DEMO_PASSWORD")
    if chosen:
        return "(the one in SIGHTLINE_DEMO_PASSWORD)"
    return (Path(settings.SIGHTLINE_HOME) / "demo-password.txt").read_text().strip()


def _web(port: int) -> Child:
    level = logging.getLevelName(logging.getLogger().level).lower()
    arguments = ["uvicorn", "webapp.asgi:application", "--host", HOST, "--port", str(port), "--lifespan", "off"]
    # Event streams stay open until the server closes them.
    arguments += ["--timeout-graceful-shutdown", "3", "--timeout-keep-alive", str(settings.KEEP_ALIVE_SECONDS)]
    arguments.append("--no-proxy-headers")  # webapp/accounts/sender_address.py says whose are believed
    return Child("web", [sys.executable, "-m", *arguments, "--log-level", level, "--no-access-log"])


def _worker(number: int) -> Child:
    name = f"worker-{number}"
    command = [sys.executable, sys.argv[0], "worker", "--name", name]
    return Child(f"worker {number}", command, beat_path(name), settings.WORKER_HUNG_SECONDS)


def _training_worker() -> Child:
    command = [sys.executable, sys.argv[0], "worker", "--training", "--name", TRAINING_WORKER]
    return Child("training worker", command, beat_path(TRAINING_WORKER), settings.WORKER_HUNG_SECONDS)
