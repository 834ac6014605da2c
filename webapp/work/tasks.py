"""What a Celery worker of this application is: one task, a wake-up that means "look", not "this one"; and the polling."""

from webapp.celery import app
from webapp.work.jobs.create import WAKE
from webapp.work.worker import run_one
from webapp.work.worker_poll import PollStep
from webapp.work.worker_threads import worker_threads

app.steps["worker"].add(PollStep)


@app.task(name=WAKE, acks_late=False, ignore_result=True)
def wake(job_id: str) -> None:
    """Makes the worker's threads look; where there are none, runs the named job if it is still to be had, else the next."""
    if not worker_threads.wake():
        run_one(job_id)
