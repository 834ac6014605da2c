"""Figures of predictions for /readyz and /metrics: bundles, providers, counts and times; nothing of patients."""

from collections.abc import Iterable

from django.db.models import Count

from webapp.archive.models import Project
from webapp.predictions.models import Prediction
from webapp.predictions.requests import INFER
from webapp.work.metric_family import Family, counter, histogram
from webapp.work.work_counts import seconds_of_jobs


def service_words() -> str:
    """`in service`, `none in service`, or where only some projects have a model: `in service in 1 of 2 projects`."""
    has_model = [bool(bundle) for bundle in Project.objects.values_list("active_bundle", flat=True)]
    if not any(has_model):
        return "none in service"
    return "in service" if all(has_model) else f"in service in {sum(has_model)} of {len(has_model)} projects"


def results_by_bundle() -> dict[tuple[str, str, str], int]:
    """Finished results by (bundle name, version, provider). Not by decision: figures of a study under way are not told."""
    rows = Prediction.objects.filter(finished_at__isnull=False)
    counted = rows.values_list("bundle_name", "bundle_version", "provider").annotate(count=Count("id")).order_by()
    return {(name, version, provider): count for name, version, provider, count in counted}


def metric_families() -> Iterable[Family]:
    results = counter("results", "Results by bundle and provider.", "bundle", "version", "provider")
    for (name, version, provider), count in results_by_bundle().items():
        results.add_metric((name, version, provider), count)
    yield results
    for name, seconds in seconds_of_jobs(INFER).items():
        yield histogram(f"infer_{name}_seconds", f"Seconds of finished predictions: {name}.", seconds)
