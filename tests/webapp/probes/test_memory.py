"""However large the model's input and however many the areas, few copies of it are in memory at once."""

import tracemalloc
from typing import Any

import pytest
from django.test import Client

from inference.engine import BATCH, Engine
from inference.preprocessing import InputSpec
from tests.webapp.probes.conftest import BOX, answer, ask
from webapp.predictions.models import Prediction
from webapp.probes.areas import named_areas
from webapp.probes.models import Probe
from webapp.probes.probe_body import MOST_AREAS, ProbeArea
from webapp.probes.run import run_probe
from webapp.work.jobs.claim import claim
from webapp.work.jobs.lease import JobCancelled, Lease

pytestmark = pytest.mark.django_db


def test_copies_are_made_run_by_run_and_a_cancelled_question_stops_between_them(
    reader: Client, result: Prediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(reader, result)
    assert ask(reader, result, [BOX] * MOST_AREAS).status_code == 201
    held = claim(Probe.objects.get().job_id)
    assert held is not None
    lease, own, runs = Lease(held), Engine.numbers, []

    def numbers(engine: Engine, cases: Any, watch: Any = None) -> Any:
        runs.append(len(cases))
        found = own(engine, cases, watch)
        if len(runs) == 3:
            lease.found = type(lease.found).CANCELLED
        return found

    monkeypatch.setattr(Engine, "numbers", numbers)
    with pytest.raises(JobCancelled):
        run_probe(held, lease)
    assert runs == [1, BATCH, BATCH]


def test_the_web_process_draws_one_small_mask_at_a_time(result: Prediction) -> None:
    spec = InputSpec(1024, 1024)
    areas = [ProbeArea.model_validate(BOX)] * MOST_AREAS
    tracemalloc.start()
    try:
        named_areas(result.image, spec, areas)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20, "31 masks of 1024 x 1024 are 124 MiB"
