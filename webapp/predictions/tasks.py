"""The only Celery task: a wake-up means "look", not "this one"."""

import logging

from webapp.celery import app
from webapp.predictions.worker import run_one

logger = logging.getLogger(__name__)


@app.task(name="predictions.wake", acks_late=False, ignore_result=True)
def wake(job_id: str) -> None:
    """Runs the named job if it is still to be had, else the next one, else nothing."""
    run_one(job_id)
