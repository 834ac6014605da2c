"""What only rooms above can tell on /readyz, /metrics and the operations page. Each room registers in its AppConfig.ready:
the work imports none of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from webapp.work.metric_family import Family


def _no_model() -> str:
    return "none in service"


@dataclass(frozen=True)
class Notice:
    """One sentence. is_problem: with it the site is not ready."""

    text: str
    is_problem: bool


@dataclass
class ExtensionPoints:
    """service_words: whether models explain images, as /readyz says it. quarantined: (code, files, bytes) of refused files, most
    files first. tolerated: (name, sentence, images, is on) of each fault of files that is taken all the same.
    model_notices: what an administrator must know about the models. each_sweep: called every few seconds by a worker.
    asked_to_stop: called when a worker is asked to stop. metric_families: further figures for a collector."""

    service_words: Callable[[], str] = _no_model
    quarantined: Callable[[], Sequence[tuple[str, int, int]]] = tuple
    tolerated: Callable[[], Sequence[tuple[str, str, int, bool]]] = tuple
    model_notices: Callable[[], Sequence[Notice]] = tuple
    each_sweep: list[Callable[[], None]] = field(default_factory=list)
    asked_to_stop: list[Callable[[], None]] = field(default_factory=list)
    metric_families: list[Callable[[], Iterable[Family]]] = field(default_factory=list)


extension_points = ExtensionPoints()
