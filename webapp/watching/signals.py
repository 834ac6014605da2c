"""What each signal of a stop rule reads now: the one place that rules, pages and reports ask.

Shares count the last RATE_DAYS, of the bundle in service alone. A reading without a value says why; a rule never fires on one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from measures.watching.cusum import WARM_UP
from measures.wilson import wilson_interval
from webapp.archive.models import Image, Project
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.stop_signals import STOP_SIGNALS
from webapp.predictions.models import Prediction
from webapp.reviews.models import CaseReview
from webapp.watching.counted import REVERSED
from webapp.watching.first_results import first_results
from webapp.watching.open_images import closed
from webapp.watching.score_weeks import LEAST_SCORES, score_weeks
from webapp.watching.unaided_labels import figures_of, labelled_results
from webapp.watching.weeks import WEEK
from webapp.work.models import Job

RATE_DAYS = 28
SCORE_WEEKS = 52
LABEL_WEEKS = 26


@dataclass(frozen=True)
class SignalReading:
    """value: in the unit of the signal's row; None where why_not says why there is none. n: what it rests on (labels, images or
    calls). interval: 95 %, where the signal has one."""

    signal: str
    at: datetime
    value: float | None
    n: int
    interval: tuple[float, float] | None
    why_not: str | None


@dataclass(frozen=True)
class Asked:
    """finding: whose scores, calls and labels are read."""

    project: Project
    finding: str
    now: datetime

    @property
    def rates_since(self) -> datetime:
        return self.now - timedelta(days=RATE_DAYS)


@dataclass(frozen=True)
class _Read:
    value: float | None
    n: int
    interval: tuple[float, float] | None = None
    why_not: str | None = None


def read_signal(project: Project, key: str, *, now: datetime, finding: str = "") -> SignalReading:
    """finding: empty for the primary one of the plan in force. Raises ValueError for a signal that does not exist."""
    if key not in STOP_SIGNALS:
        raise ValueError(f"signal {key[:64]!r} does not exist; there are {', '.join(STOP_SIGNALS)}")
    asked = Asked(project, finding or primary_finding(project), now)
    read = _clock_moved_back(asked) or READERS[key](asked)
    return SignalReading(key, now, read.value, read.n, read.interval, read.why_not)


def primary_finding(project: Project) -> str:
    """Of the plan in force; empty without one."""
    plan = plan_in_force(project)
    return plan.body_model().primary_finding if plan else ""


def _clock_moved_back(asked: Asked) -> _Read | None:
    last = Image.objects.filter(project=asked.project, created_at__gt=asked.now).order_by("-created_at").first()
    if last is None:
        return None
    told = f"{last.created_at:%Y-%m-%d %H:%M} UTC"
    return _Read(None, 0, None, f"The clock was moved back: the newest image came at {told}, after now.")


def _silence(asked: Asked) -> _Read:
    images = Image.objects.filter(project=asked.project)
    last = images.order_by("-created_at").values_list("created_at", flat=True).first()
    if last is None:
        return _Read(None, 0, None, "No image has come to this project yet.")
    return _Read((asked.now - last) / timedelta(days=1), images.count())


def _score_shift(asked: Asked) -> _Read:
    """Height of the CUSUM after the last whole week."""
    if not asked.finding:
        return _Read(None, 0, None, NO_FINDING)
    results = first_results(asked.project, asked.finding, asked.now - SCORE_WEEKS * WEEK, asked.now)
    weeks = score_weeks(results, asked.project.active_bundle, asked.now)
    height = weeks[-1].height if weeks else None
    if height is None:
        told = f"{len(weeks)} of the {WARM_UP + 1} whole weeks with {LEAST_SCORES} scored patients each that it takes"
        return _Read(None, sum(week.n for week in weeks), None, f"There are {told}.")
    return _Read(height, sum(week.n for week in weeks))


def _override_rate(asked: Asked) -> _Read:
    """Of definite calls that a reader judged, the newest word of each, the share that was called wrong."""
    if not asked.finding:
        return _Read(None, 0, None, NO_FINDING)
    rows = CaseReview.objects.current().judging().filter(
        image__project=asked.project, bundle_id=asked.project.active_bundle, finding=asked.finding,
        created_at__gt=asked.rates_since, created_at__lte=asked.now,
    )  # fmt: skip
    rows = closed(rows, "image")
    return _share(rows.filter(verdict__in=REVERSED).count(), rows.count(), "No reader judged a call of the model")


def _refusal_rate(asked: Asked) -> _Read:
    """Of images that came and were done with, those that got no number: refused by the model's gate, or given up."""
    rows = Prediction.objects.filter(
        image__project=asked.project, image__created_at__gt=asked.rates_since, image__created_at__lte=asked.now
    )
    answered = rows.filter(finished_at__isnull=False, bundle_id=asked.project.active_bundle)
    given_up = rows.filter(finished_at=None, job__state=Job.State.FAILED)
    refused = answered.filter(document__gate__verdict="refused")
    images = _images(answered) | _images(given_up)
    without = (_images(refused) | _images(given_up)) - _images(answered.exclude(document__gate__verdict="refused"))
    return _share(len(without), len(images), "No image was answered or refused")


def _images(rows: QuerySet[Prediction]) -> set[object]:
    return set(closed(rows, "image").values_list("image", flat=True))


def _share(count: int, n: int, nothing: str) -> _Read:
    if not n:
        return _Read(None, 0, None, f"{nothing} in the last {RATE_DAYS} days.")
    return _Read(count / n, n, wilson_interval(count, n))


def _labelled(key: str) -> Callable[[Asked], _Read]:
    """The measured figure on unaided labels of images of the last LABEL_WEEKS weeks."""

    def read(asked: Asked) -> _Read:
        if not asked.finding:
            return _Read(None, 0, None, NO_FINDING)
        results = first_results(asked.project, asked.finding, asked.now - LABEL_WEEKS * WEEK, asked.now)
        own = [one for one in results if one.bundle == asked.project.active_bundle]
        figure = figures_of(labelled_results(asked.project, asked.finding, own))[key]
        if not figure.is_known:
            return _Read(None, figure.n, None, _no_figure(figure.n))
        return _Read(figure.value, figure.n, (figure.low, figure.high))

    return read


def _no_figure(n: int) -> str:
    if not n:
        return f"No unaided label in the last {LABEL_WEEKS} weeks."
    labels = "label" if n == 1 else "labels"
    takes = "it takes some with and some without the finding, not all called right"
    return f"{n} unaided {labels} of the last {LABEL_WEEKS} weeks: no figure, for {takes}."


NO_FINDING = "No change plan is in force that names a primary finding."
READERS: dict[str, Callable[[Asked], _Read]] = {
    "sensitivity": _labelled("sensitivity"),
    "specificity": _labelled("specificity"),
    "auc": _labelled("auc"),
    "score_shift": _score_shift,
    "override_rate": _override_rate,
    "refusal_rate": _refusal_rate,
    "silence": _silence,
}
