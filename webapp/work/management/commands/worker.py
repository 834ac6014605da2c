"""`manage.py worker`: one worker process, started by `serve` or by a service manager, one per GPU."""

import logging
import os
import socket
import warnings
from typing import Any

from celery.platforms import SecurityWarning
from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.work.training_host import TRAINING_QUEUE, TRAINING_WORKER, can_train
from webapp.work.worker_threads import worker_threads


def _require_training() -> None:
    if not can_train():
        raise CommandError(
            "this host has no training extra: install sightline[training] here, or start this worker elsewhere"
        )


class Command(BaseCommand):
    help = "Run one worker: it takes jobs from the rows, and is woken by the broker when there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="", help="name of this worker on this host")
        parser.add_argument(
            "--training",
            action="store_true",
            help="take trainings alone (needs the training extra); usual workers take none",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from webapp.celery import app

        name = options["name"] or f"worker-{os.getpid()}"
        if options["training"]:
            _require_training()
            name = name if name.startswith(TRAINING_WORKER) else f"{TRAINING_WORKER}-{name}"
            worker_threads.take_only(TRAINING_QUEUE)

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
                f"--hostname={name}@{socket.gethostname()}",
                f"--loglevel={logging.getLevelName(logging.getLogger().level)}",
            ]
        )
