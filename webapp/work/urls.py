from django.urls import URLPattern, URLResolver, path

from webapp.work import operations
from webapp.work.health import healthz, readyz
from webapp.work.metrics import Metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", Metrics.as_view(), name="metrics"),
    path("operations/", operations.operations, name="operations"),
    path("operations/retry/", operations.retry_failed, name="retry_failed"),
    path("operations/jobs/<uuid:job_id>/retry/", operations.retry_job, name="retry_job"),
    path("operations/jobs/<uuid:job_id>/cancel/", operations.cancel_job, name="cancel_job"),
]
