"""Celery application. A message only wakes a worker; the job row is the truth (ingest_and_jobs.md, section 9)."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
app = Celery("sightline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["webapp.work"])


@worker_init.connect
def add_polling(**kwargs: object) -> None:
    """Every worker also polls the rows. Imported here, because the models need Django to be set up."""
    from webapp.work.worker_poll import PollStep

    app.steps["worker"].add(PollStep)
