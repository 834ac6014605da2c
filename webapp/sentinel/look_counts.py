"""How many looks before the model a project has, and how they ended."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from webapp.archive.models import Project
from webapp.sentinel.models import FirstLook, SentinelDraw


@dataclass(frozen=True)
class LookCounts:
    """Images: drawn of all that a chance was taken on; of the drawn ones answered by somebody, shown to somebody without any
    answer, and open: nobody's look has ended."""

    images: int
    drawn: int
    answered: int
    shown: int

    @property
    def open(self) -> int:
        return self.drawn - self.answered - self.shown


def look_counts(project: Project) -> LookCounts:
    draws = SentinelDraw.objects.filter(image__project=project)
    looks = FirstLook.objects.filter(draw=OuterRef("pk"))
    answered = Exists(looks.filter(locked_at__isnull=False))
    drawn = draws.filter(is_drawn=True)
    return LookCounts(
        images=draws.count(),
        drawn=drawn.count(),
        answered=drawn.filter(answered).count(),
        shown=drawn.filter(~answered, Exists(looks)).count(),
    )
