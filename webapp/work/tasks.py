"""The only Celery task: a wake-up means "look", not "this one"."""

from webapp.celery import app
from webapp.work.worker import run_one
from webapp.work.worker_threads import worker_threads


@app.task(name="predictions.wake", acks_late=False, ignore_result=True)
def wake(job_id: str) -> None:
    """Makes the worker's threads look; where there are none, runs the named job if it is still to be had, else the next."""
    if not worker_threads.wake():
        run_one(job_id)
