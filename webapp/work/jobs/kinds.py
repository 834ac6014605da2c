"""Kinds of job: a name and what runs it. Each kind registers itself when its app is ready."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.module_loading import import_string

from webapp.accounts.policy import Person, Refusal, may_see_operations
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.lease import Lease


class JobRefused(Exception):
    """The input is at fault: the job fails at once with this code and sentence, without another attempt."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


class JobPutBack(Exception):
    """The run ended without an answer, and which of its jobs is at fault is not known: each is tried again, alone, and fails
    with this code and sentence when its attempts are used up."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


class JobMustWait(Exception):
    """Nothing is wrong with the job, but it cannot run yet. It stays queued, keeps its attempts and shows why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Result:
    """What a run hands over: `write` stores rows inside the fenced transaction, `discard` removes files if it is lost,
    `clean` runs after the commit."""

    write: Callable[[], None] = _nothing
    discard: Callable[[], None] = _nothing
    clean: Callable[[], None] = _nothing


Work = Callable[[Claim, Lease], Result]


def _the_claims(claims: Sequence[Claim]) -> Iterable[list[tuple[Claim, Any]]]:
    return [[(claim, claim) for claim in claims]]


@dataclass(frozen=True)
class Together:
    """Work that several jobs can share: opened in one go, each prepared by itself, all run in one call.

    prepare: what `run` needs, of one job as `open` gave it; exceptions end that job only. Runs in several threads and had
    better leave the database alone: each thread would need a connection. run: one Result or exception per prepared job, in
    their order. open: the jobs in groups, each with what it was opened as, or an exception; a group is asked for when the one
    before has been run and let go of. Without it they are one group, and `prepare` gets the claims.
    """

    prepare: Callable[[Any, Lease], Any]
    run: Callable[[Sequence[Any]], Sequence[Result | Exception]]
    open: Callable[[Sequence[Claim]], Iterable[list[tuple[Claim, Any]]]] = _the_claims


@dataclass(frozen=True)
class Kind:
    """`limit_seconds`: past it the lease is no longer extended and the worker process ends itself. `is_long`: one may hold
    a thread for an hour, so only one thread of a worker takes them. `queue`: only a worker that was started for it takes the
    kind; "" is the usual one. `may`: who may cancel such a job, or try it again."""

    name: str
    work: Work | Together
    limit_seconds: float = 300.0
    is_long: bool = False
    queue: str = ""
    may: Callable[[Person], Refusal | None] = may_see_operations


def imported_when_run(path: str) -> Callable[..., Any]:
    """The function at this dotted path, imported at the first run: the web process needs no ONNX Runtime for it."""

    def run(*arguments: Any) -> Any:
        return import_string(path)(*arguments)

    return run


@dataclass
class _Registry:
    kinds: dict[str, Kind] = field(default_factory=dict)


_registry = _Registry()


def register_kind(kind: Kind) -> None:
    """Makes a kind known to the workers; the last registration of a name counts."""
    _registry.kinds[kind.name] = kind


def kind_named(name: str) -> Kind:
    """The kind, or JobRefused naming those that exist."""
    if name not in _registry.kinds:
        known = ", ".join(sorted(_registry.kinds))
        raise JobRefused("unknown_kind", f"job kind {name!r} is not one of {known}")
    return _registry.kinds[name]


def may_change(user: Person, kind: str) -> Refusal | None:
    """Whether this person may cancel jobs of the kind, or try them again. A kind that no room registers is as most are."""
    return _registry.kinds[kind].may(user) if kind in _registry.kinds else may_see_operations(user)


def short_kinds() -> list[str]:
    """Names of the usual queue's kinds whose jobs end soon."""
    return [kind.name for kind in _of("") if not kind.is_long]


def kinds_of(queue: str) -> list[str]:
    """Names of the kinds that workers of this queue take."""
    return [kind.name for kind in _of(queue)]


def kinds_set_apart() -> list[str]:
    """Names of the kinds that usual workers leave alone."""
    return [kind.name for kind in _registry.kinds.values() if kind.queue]


def longest_limit(queue: str = "") -> float:
    """Seconds that the longest kind of job of a queue may take."""
    return max((kind.limit_seconds for kind in _of(queue)), default=0.0)


def _of(queue: str) -> list[Kind]:
    return [kind for kind in _registry.kinds.values() if kind.queue == queue]
