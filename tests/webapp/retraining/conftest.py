"""A site with a base bundle and a worker for trainings, and a child that only pretends to train."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.training_set.conftest import stored
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import activate, add_bundle
from webapp.retraining import work
from webapp.retraining.models import Retraining
from webapp.retraining.services import Asked, start

__all__ = ["stored"]  # the same reviewed radiographs, in this site

# Writes as many epochs as asked for, one line each, goes on after those that are there, and leaves a bundle.
PRETEND = """
import json, pathlib, shutil, sys, time
progress, source, target = map(pathlib.Path, sys.argv[1:4])
epochs, seconds = int(sys.argv[4]), float(sys.argv[5])
progress.parent.mkdir(parents=True, exist_ok=True)
done = len(progress.read_text().splitlines()) if progress.is_file() else 0
print("goes on after", done, flush=True)
for epoch in range(done + 1, epochs + 1):
    time.sleep(seconds)
    with progress.open("a") as out:
        line = {"epoch": epoch, "of": epochs, "seconds": seconds, "val_loss": 1 / epoch, "val_auc_mean": 1 - .5 / epoch}
        out.write(json.dumps(line) + "\\n")
shutil.copyfile(source, target.with_suffix(".part"))
target.with_suffix(".part").rename(target)
"""


@pytest.fixture
def site(storage: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.TRAINING_DIR = storage / "trainings"
    settings.DEIDENTIFICATION_DIR = storage / "keys"
    settings.TRAINING_GPUS, settings.TRAINING_DATA = [], {}
    work.stopping.clear()
    monkeypatch.setattr("webapp.retraining.services.is_training_worker_seen", lambda: True)
    monkeypatch.setattr("webapp.retraining.pages.is_training_worker_seen", lambda: True)
    return storage


@pytest.fixture
def base(site: Path, db: None) -> DeployedBundle:
    make_tiny_bundle(site / "tiny.bundle")
    return activate(add_bundle(site / "tiny.bundle", None), None)


@pytest.fixture
def admin(person: Callable[..., Any]) -> User:
    return person("admin", "the admin")  # type: ignore[no-any-return]


@pytest.fixture
def started(base: DeployedBundle, admin: User) -> Callable[..., Retraining]:
    """`started(phantoms="16", ...)`: asked for, its job queued."""

    def make(**changes: Any) -> Retraining:
        wanted = {
            "base": base.pk,
            "recipe": "two-heads-tiny",
            "takes_reviewed": False,
            "phantoms": "16",
            "accepts_new_weights": True,
            **changes,
        }
        return start(admin, Project.default(), Asked(**wanted))

    return make


@pytest.fixture
def pretend(site: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`pretend(epochs=2, seconds=0)`: children do as said; `pretend(code="...")` runs that instead."""

    def choose(epochs: int = 2, seconds: float = 0.0, code: str = PRETEND) -> None:
        script, source = site / "pretend.py", site / "candidate.bundle"
        script.write_text(code)
        make_tiny_bundle(source, name="tiny-cxr-t1", version="1.1.0")

        def command(retraining: Retraining, place: Any, arguments: list[str]) -> list[str]:
            return [str(script), str(place.progress), str(source), str(place.bundle), str(epochs), str(seconds)]

        monkeypatch.setattr(work, "command", command)

    return choose
