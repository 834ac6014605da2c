"""Which cases changed since a moment: what `/events/` and its polling fallback answer."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from webapp.predictions.models import Prediction
from webapp.reviews.models import CaseReview
from webapp.viewer.models import WorklistEntry
from webapp.withholding.withheld import changed_since

# A row carries the time at which its transaction wrote it, not the time of its commit: look back this far again.
COMMIT_LAG = datetime.timedelta(seconds=5)
OLDEST = datetime.timedelta(minutes=10)  # a page that slept longer reloads the list as a whole
MOST = 500
RESULT_TIMES = ("created_at", "finished_at", "job__created_at", "job__started_at", "job__finished_at")
EVERY_IMAGE = UUID(int=0)  # named where scores begin to be withheld, or are shown again: each open page asks anew
State = tuple[object, ...]  # of one image: compares unequal once something about it has changed


def read_cursor(text: str, now: datetime.datetime) -> datetime.datetime:
    """The moment a cursor names; now when there is none. Raises ValueError for text that is no cursor."""
    if not text:
        return now
    try:
        moment = datetime.datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise ValueError(f"since {text[:40]!r} is not a cursor that this server gave") from None
    if moment.tzinfo is None:
        raise ValueError(f"since {text[:40]!r} is not a cursor that this server gave")
    return min(max(moment, now - OLDEST), now)


def states_since(moment: datetime.datetime) -> dict[UUID, State]:
    """Images whose row, job or reviews were touched after `moment` (less the commit lag), each with a comparable state.
    EVERY_IMAGE stands among them where a withholding began or was lifted."""
    since = moment - COMMIT_LAG
    touched: set[UUID] = set(WorklistEntry.objects.filter(arrived__gt=since).values_list("pk", flat=True)[:MOST])
    for time in RESULT_TIMES:  # one question each, in no order: each reads its own index
        results = Prediction.objects.filter(**{f"{time}__gt": since}).order_by()
        touched.update(results.values_list("image", flat=True)[:MOST])
    reviews = CaseReview.objects.filter(created_at__gt=since).order_by()
    touched.update(reviews.values_list("image", flat=True)[:MOST])
    states, withheld = _states(touched), changed_since(since)
    return {**states, EVERY_IMAGE: tuple(withheld)} if withheld else states


def _states(images: Iterable[UUID]) -> dict[UUID, State]:
    keys = list(images)
    states: dict[UUID, State] = dict.fromkeys(keys, ())
    if not keys:
        return states
    jobs = Prediction.objects.filter(image__in=keys).order_by("created_at", "id")
    for image, prediction, state, attempts in jobs.values_list("image", "pk", "job__state", "job__attempts"):
        states[image] += (prediction, state, attempts)
    reviews = CaseReview.objects.filter(image__in=keys).order_by().values_list("image").annotate(last=Max("created_at"))
    for image, last in reviews:
        states[image] += (last,)
    return states


@dataclass
class ChangeFeed:
    """Remembers what it has told one listener, so that looking back over the commit lag repeats nothing."""

    moment: datetime.datetime
    told: dict[UUID, State] = field(default_factory=dict)

    def next_changes(self, now: datetime.datetime | None = None) -> list[UUID]:
        """Images that changed since the last call."""
        now = now or timezone.now()
        return self.take(states_since(self.moment), now)

    def take(self, states: dict[UUID, State], now: datetime.datetime) -> list[UUID]:
        """The same from states that were read at `now` for several listeners, from this feed's moment or one before it."""
        changed = [key for key, state in states.items() if self.told.get(key) != state]
        self.told, self.moment = states, now
        return changed

    @property
    def cursor(self) -> str:
        """Text from which a new feed can go on."""
        return self.moment.isoformat()
