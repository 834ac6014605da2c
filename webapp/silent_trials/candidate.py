"""The candidate's engine in a worker, kept beside the one in service; its file is hashed before use and whenever it was touched."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from inference.file_sha256 import file_sha256
from webapp.predictions.bundle_store import BundleUnavailable, EngineShelf, bundle_path
from webapp.silent_trials.models import SilentTrial

if TYPE_CHECKING:
    from inference.engine import Engine

_Stamp = tuple[int, int, int]


class CandidateShelf:
    """One candidate at a time."""

    def __init__(self) -> None:
        self._shelf = EngineShelf()
        self._seen: dict[str, _Stamp] = {}

    def get(self, bundle_id: str, jobs: Iterable[object]) -> "Engine":
        """Raises BundleUnavailable with a sentence where the file is missing, another, or does not load."""
        try:
            stamp = _stamp(bundle_path(bundle_id))
            if self._seen.get(bundle_id) != stamp:
                _require_same(bundle_id)
                self._seen = {bundle_id: stamp}
        except FileNotFoundError:
            raise BundleUnavailable(f"the file of model {bundle_id[:12]} is missing from the store") from None
        return self._shelf.get(bundle_id, jobs)

    def clear(self) -> None:
        """Frees the engine."""
        self._shelf.clear()


def _stamp(path: Path) -> _Stamp:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _require_same(bundle_id: str) -> None:
    found = file_sha256(bundle_path(bundle_id))
    if found != bundle_id:
        raise BundleUnavailable(
            f"the file of model {bundle_id[:12]} is no longer the one that was added: its SHA-256 begins with {found[:12]}"
        )


candidate_shelf = CandidateShelf()


def free_unused() -> None:
    """No trial runs: the worker holds no candidate. Called every few seconds."""
    if not SilentTrial.objects.filter(end=None).exists():
        candidate_shelf.clear()
