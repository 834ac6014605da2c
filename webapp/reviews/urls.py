from django.urls import URLPattern, URLResolver, path

from webapp.reviews.pages import failure_report, failures, scheme

urlpatterns: list[URLPattern | URLResolver] = [
    path("failures/", failures.failures, name="failures"),
    path("failures/scheme/", scheme.scheme_page, name="failure_scheme_page"),
    path("failures/scheme/change/", scheme.change_scheme, name="change_failure_scheme"),
    path("failures/scheme/publish/", scheme.publish_scheme_page, name="publish_failure_scheme"),
    path("failures/report/", failure_report.failure_report, name="failure_report"),
    path("failures/report/hard-examples/", failure_report.hard_examples, name="hard_examples"),
]
