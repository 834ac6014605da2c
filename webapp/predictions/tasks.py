"""The only Celery task: a wake-up means "look", not "this one"."""

from webapp.celery import app
from webapp.predictions.hands import hands
from webapp.predictions.worker import run_one


@app.task(name="predictions.wake", acks_late=False, ignore_result=True)
def wake(job_id: str) -> None:
    """Makes the worker's hands look; where there are none, runs the named job if it is still to be had, else the next."""
    if not hands.wake():
        run_one(job_id)
