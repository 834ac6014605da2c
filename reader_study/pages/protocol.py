"""`/studies/{id}/protocol/`: what is read, how, and how it will be analysed; edited while the study is a draft."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from reader_study import policy
from reader_study.analysis import covariance, froc
from reader_study.analysis.studies import METHODS
from reader_study.answers_schema import ANSWER_TYPES
from reader_study.models import Study
from reader_study.pages.access import study_answer, study_page
from reader_study.pages.protocol_form import body_of, rows_to_show
from reader_study.protocol_body import completed, test_names
from reader_study.protocol_model import AI_LAYERS, DESIGNS, RATING_SCALES, TRUTH_RULES, ArmKind
from reader_study.services.edit_protocol import current_protocol, edit_protocol, protocol_problems
from webapp.accounts.policy import require_person
from webapp.form_action import act
from webapp.predictions.models import Prediction
from webapp.reviews.failure_scheme import OUTCOMES


@study_page(policy.may_see_protocol)
@require_http_methods(["GET", "HEAD", "POST"])
def protocol(request: HttpRequest, study: Study) -> HttpResponse:
    if request.method == "POST":
        body = body_of(request.POST, request.POST.getlist, study.kind)
        work = partial(edit_protocol, require_person(request.user), study, body)
        return act(request, work, "The protocol is saved.", "study_protocol", study.pk)
    stored = current_protocol(study)
    may_edit = policy.may_edit_draft(request.user, study) is None
    body = completed(stored.body)
    context: dict[str, Any] = {
        "protocol": stored,
        "body": body,
        "may_edit": may_edit,
        "problems": protocol_problems(study) if study.is_draft else [],
        "findings": rows_to_show(stored.body, "findings", spare=may_edit),
        "questions": rows_to_show(stored.body, "questions", spare=may_edit),
        "arms": rows_to_show(stored.body, "arms", spare=may_edit and study.kind == Study.Kind.READING),
        "tests": test_names(body["arms"]),
        "scales": list(RATING_SCALES),
        "question_types": list(ANSWER_TYPES),
        "arm_kinds": [
            (kind.value, kind.label)
            for kind in ArmKind
            if (kind == ArmKind.FAILURE_CODING) == (study.kind == Study.Kind.FAILURE_MODE)
        ],
        "layers": [(code, layer.title) for code, layer in AI_LAYERS.items()],
        "designs": list(DESIGNS.items()),
        "bundles": bundles(),
        "outcomes": list(OUTCOMES),
        "methods": METHODS,
        "covariances": covariance.ESTIMATORS,
        "marks_foms": froc.NAMES,
        "rules": list(TRUTH_RULES.items()),
    }
    return study_answer(request, study, "protocol", context)


def bundles() -> list[tuple[str, str]]:
    """(id, name and version) of every bundle that has answered for an image here."""
    rows = Prediction.objects.exclude(bundle_id="").values_list("bundle_id", "bundle_name", "bundle_version").distinct()
    return sorted({(key, f"{name} {version} · {key[:8]}") for key, name, version in rows}, key=lambda row: row[1])
