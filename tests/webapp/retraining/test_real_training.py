"""The whole way with the real `python -m training`: a tiny recipe on sketches, from the job to a registered bundle."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import pytest

from webapp.deployments.bundle_state import State, states_of
from webapp.retraining import recipes
from webapp.retraining.models import Retraining, RetrainingRun
from webapp.retraining.progress import read_progress
from webapp.retraining.run_folder import RunFolder
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.alone,
    pytest.mark.skipif(find_spec("torch") is None, reason="needs the training extra"),
]


def test_a_tiny_training_becomes_a_bundle_with_report_and_curves(
    started: Callable[..., Retraining], monkeypatch: pytest.MonkeyPatch, base: Any
) -> None:
    tiny = replace(recipes.RECIPES["two-heads-tiny"], epochs=2, refits=20, images=2)
    monkeypatch.setitem(recipes.RECIPES, "two-heads-tiny", tiny)
    row = started(phantoms="48")
    run_one(kinds=["train"])
    job, done = Job.objects.get(kind="train"), RetrainingRun.objects.get()
    assert (job.state, job.error_text) == (Job.State.SUCCEEDED, "")
    assert done.bundle is not None
    assert states_of([done.bundle])[done.bundle.pk].code == State.REGISTERED
    assert [own["key"] for own in done.bundle.manifest["findings"]] == [own["key"] for own in base.manifest["findings"]]
    assert done.bundle.manifest["input"]["intensity"] == base.manifest["input"]["intensity"]
    assert done.bundle.manifest["input"]["height"] == base.manifest["input"]["height"]
    place = RunFolder.of(row)
    assert (read_progress(place.progress).epoch, read_progress(place.progress).of) == (2, 2)
    assert place.report.is_file()
    assert place.weights.is_file()
