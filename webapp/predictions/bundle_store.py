"""Model bundles on disk, by id, and the engine that a worker process keeps for the one in service."""

import logging
import re
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from inference.bundle_archive import ArchiveError, read_manifest
from inference.preprocessing import InputSpec
from webapp.archive.models import Project
from webapp.predictions.run_mark import run_mark

if TYPE_CHECKING:
    from inference.engine import Engine

logger = logging.getLogger(__name__)

BUNDLE_ID = re.compile(r"[0-9a-f]{64}")


class BundleUnavailable(Exception):
    """The model in service cannot be used by this process; the sentence is for the people who wait."""


def bundle_path(bundle_id: str) -> Path:
    """Where the bundle of this id lies (it need not exist). Raises ValueError for anything but 64 hex digits."""
    if not BUNDLE_ID.fullmatch(bundle_id):
        raise ValueError(f"bundle id {bundle_id[:80]!r} is not 64 hexadecimal digits")
    return settings.BUNDLE_DIR / f"{bundle_id}.bundle"


def input_specs_in_service(project: Project) -> list[InputSpec]:
    """What the model in service takes, by its manifest; none without a model or where its file is not at hand.

    A glance that needs no ONNX Runtime. What a worker feeds the model is decided by the bundle that it has checked.
    """
    bundle_id = project.active_bundle
    if not bundle_id:
        return []
    try:
        return [_glance(bundle_id)]
    except (ArchiveError, OSError, ValueError, KeyError, TypeError) as problem:
        logger.warning("no input prepared for model %s: %s", bundle_id[:12], type(problem).__name__)
        return []


@lru_cache(maxsize=8)
def _glance(bundle_id: str) -> InputSpec:
    return InputSpec.from_manifest(read_manifest(bundle_path(bundle_id))["input"])


def findings_in_service(project: Project) -> dict[str, str]:
    """Key -> title of the findings of the model in service, by its manifest; none without a model or where its file is not at
    hand. A glance, as above."""
    return {row["key"]: row["title"] for row in finding_rows_in_service(project)}


def finding_rows_in_service(project: Project) -> tuple[Mapping[str, Any], ...]:
    """The same findings: key, title and code, which is {scheme, value} or None."""
    bundle_id = project.active_bundle
    if not bundle_id:
        return ()
    try:
        return _finding_rows(bundle_id)
    except (ArchiveError, OSError, ValueError, KeyError, TypeError) as problem:
        logger.warning("no findings read of model %s: %s", bundle_id[:12], type(problem).__name__)
        return ()


@lru_cache(maxsize=8)
def _finding_rows(bundle_id: str) -> tuple[Mapping[str, Any], ...]:
    findings = read_manifest(bundle_path(bundle_id))["findings"]
    return tuple({"key": one["key"], "title": one["title"], "code": one.get("code")} for one in findings)


# One model run at a time per process: two would share the same cores, and on a GPU the same memory.
_one_run = threading.Lock()


class EngineShelf:
    """The last engine asked for. One model at a time: a GPU rarely holds two."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bundle_id = ""
        self._engine: Engine | None = None

    def get(self, bundle_id: str, jobs: Iterable[object] = ()) -> "Engine":
        """Engine of this bundle, loaded and self-checked once per process. jobs: for which it is wanted.

        Raises BundleUnavailable with a sentence that names the bundle and the check.
        """
        with self._lock:
            if self._engine is None or self._bundle_id != bundle_id:
                self._engine = None  # frees the old model before the new one is loaded
                with _one_run, run_mark.in_hand(bundle_id, jobs):
                    self._engine = _load(bundle_id)
                self._bundle_id = bundle_id
            return self._engine

    def clear(self) -> None:
        """Frees the engine."""
        with self._lock:
            self._engine, self._bundle_id = None, ""


def _load(bundle_id: str) -> "Engine":
    # Imported here: the web process uses this module for paths and needs no ONNX Runtime.
    from inference.bundle import Bundle, BundleError
    from inference.engine import Engine

    path = bundle_path(bundle_id)
    if not path.is_file():
        raise BundleUnavailable(f"the file of model {bundle_id[:12]} is missing on this worker")
    try:
        bundle = Bundle.load(path, expected_id=bundle_id)
        threads = settings.WORKER_THREADS or None
        return Engine(bundle, threads=threads, batch=settings.WORKER_BATCH, turn=_one_run, is_timed=True)
    except BundleError as problem:
        raise BundleUnavailable(
            f"model {bundle_id[:12]} cannot be loaded: {problem.check}: {problem.message}"
        ) from problem


_shelf = EngineShelf()


def engine_for(bundle_id: str, jobs: Iterable[object] = ()) -> "Engine":
    """Engine of this bundle, kept in this process. jobs: for which it is wanted."""
    return _shelf.get(bundle_id, jobs)
