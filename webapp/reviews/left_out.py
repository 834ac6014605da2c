"""What the statistics of a model's errors leave out, in words: they say so wherever they are shown."""

from django.db.models import Count

from webapp.reviews.failure_scheme import VERDICTS
from webapp.reviews.models import CaseReviewQuerySet


def left_out_words(reviews: CaseReviewQuerySet) -> str:
    """ "3: refusal right 1, cannot say 2" of current reviews, in the order of the verdicts; empty where none is left out.

    Agreement is there only where the model was undecided or refused, as earlier versions took it.
    """
    rows = reviews.not_judging().order_by().values_list("verdict").annotate(count=Count("pk"))
    counts = dict(rows)
    if not counts:
        return ""
    parts = [f"{VERDICTS[code].title.lower()} {counts[code]}" for code in VERDICTS if code in counts]
    return f"{sum(counts.values())}: {', '.join(parts)}"
