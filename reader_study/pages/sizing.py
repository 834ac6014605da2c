"""`/studies/{id}/sizing/`: how many readers and cases, from the variance components of a pilot."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from reader_study import policy
from reader_study.analysis.figures.power_curves import power_figure
from reader_study.analysis.obuchowski_rockette import Components
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.sizing import ANALYSES
from reader_study.analysis.studies import size_study
from reader_study.models import Study
from reader_study.pages.access import study_answer, study_page
from reports.html_report import figure_json

# name, label, start value: the components of Van Dyke's study, as published by Hillis, Obuchowski and Berbaum 2011.
FIELDS: tuple[tuple[str, str, str], ...] = (
    ("var", "Var", "0.00080229"),
    ("cov1", "Cov1 (other arm, same reader)", "0.00034661"),
    ("cov2", "Cov2 (same arm, other reader)", "0.00034407"),
    ("cov3", "Cov3 (both other)", "0.00023903"),
    ("var_tr", "Var(TR)", "0.00020040"),
    ("pilot_cases", "Cases of the pilot", "114"),
    ("effect", "Difference worth finding", "0.05"),
    ("readers_from", "Readers, from", "4"),
    ("readers_to", "to", "12"),
    ("cases_from", "Cases, from", "50"),
    ("cases_to", "to", "400"),
    ("power", "Wanted power", "0.80"),
    ("alpha", "Alpha", "0.05"),
)
MOST_READERS, MOST_STEPS = 40, 15


@study_page(policy.may_size)
@require_safe
def sizing(request: HttpRequest, study: Study) -> HttpResponse:
    values = {name: request.GET.get(name, start) for name, _, start in FIELDS}
    document, error = None, ""
    if "size" in request.GET:
        try:
            document = _size(request.GET)
        except (DataRefused, ValueError) as problem:
            error = str(problem)
    context: dict[str, Any] = {
        "fields": [(name, label, values[name]) for name, label, _ in FIELDS],
        "analyses": ANALYSES,
        "analysis": request.GET.get("analysis", "rrrc"),
        "document": document,
        "figures": [("power", figure_json(power_figure(document)))] if document else [],
        "error": error,
    }
    return study_answer(request, study, "sizing", context)


def _size(form: QueryDict) -> dict[str, Any]:
    numbers = {name: _number(form, name, label) for name, label, _ in FIELDS}
    if numbers["readers_to"] - numbers["readers_from"] > MOST_READERS:
        raise ValueError(f"readers {form['readers_from']} to {form['readers_to']}: at most {MOST_READERS} steps")
    readers = range(int(numbers["readers_from"]), int(numbers["readers_to"]) + 1)
    low, high = int(numbers["cases_from"]), int(numbers["cases_to"])
    cases = range(low, high + 1, max(1, (high - low) // MOST_STEPS))
    if not readers or not cases:
        raise ValueError("the range of readers or cases is empty: from must not be above to")
    parts = Components(numbers["var"], numbers["cov1"], numbers["cov2"], numbers["cov3"], None, numbers["var_tr"])
    return size_study(
        parts, int(numbers["pilot_cases"]), numbers["effect"], list(readers), list(cases), numbers["alpha"],
        numbers["power"], form.get("analysis", "rrrc"),
    )  # fmt: skip


def _number(form: QueryDict, name: str, label: str) -> float:
    try:
        value = float(form.get(name, ""))
    except ValueError:
        raise ValueError(f"{label} {form.get(name, '')!r} is not a number") from None
    if name in ("power", "alpha") and not 0 < value < 1:
        raise ValueError(f"{label} {value:g} is not between 0 and 1")
    if name in ("readers_from", "readers_to", "cases_from", "cases_to", "pilot_cases") and value < 2:
        raise ValueError(f"{label} {value:g} is not 2 or more")
    return value
