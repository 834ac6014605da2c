"""`manage.py worker`: one worker process, started by `serve` or by a service manager, one per GPU."""

import logging
import os
import socket
import warnings
from typing import Any

from celery.platforms import SecurityWarning
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run one worker: it takes jobs from the rows, and is woken by the broker when there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default=f"worker-{os.getpid()}", help="name of this worker on this host")

    def handle(self, *args: Any, **options: Any) -> None:
        from webapp.celery import app

        # Messages are JSON and name a job at most; the warning is about pickled messages under root, as in a container.
        warnings.simplefilter("ignore", SecurityWarning)
        for chatty in ("celery.worker.strategy", "celery.app.trace"):
            logging.getLogger(chatty).setLevel(logging.WARNING)  # worker.py logs each job once
        # solo: the model lives in this process, and CUDA does not survive a fork.
        app.worker_main(
            [
                "--quiet",
                "worker",
                "--pool=solo",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
                f"--hostname={options['name']}@{socket.gethostname()}",
                f"--loglevel={logging.getLevelName(logging.getLogger().level)}",
            ]
        )
