"""`/models/papers/…`: what is stored of a bundle, as papers that leave."""

import zipfile
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from webapp import audit
from webapp.accounts.policy import may_manage_bundles, require, require_person
from webapp.deployments.models import DeployedBundle
from webapp.papers.bill_of_materials import bill_of_materials
from webapp.papers.card_document import card_document, card_markdown, shown
from webapp.papers.measured_numbers import leads_the_card, measured_numbers


@login_required
@require_safe
def model_card(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """Whoever may see the model's page may see its card."""
    bundle = get_object_or_404(DeployedBundle, pk=bundle_id)
    document = card_document(bundle)
    leading = {number.place for number in measured_numbers(bundle.manifest) if leads_the_card(number)}
    numbers = [number | {"shown": shown(number["value"])} for number in document["numbers"]]
    context: dict[str, Any] = {
        "bundle": bundle,
        "card": document,
        "first": [number for number in numbers if number["place"] in leading],
        "others": [number for number in numbers if number["place"] not in leading],
    }
    return render(request, "papers/model_card.html", context)


@login_required
@require_safe
def export_model_card(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """`?as=markdown`; else JSON."""
    document = card_document(get_object_or_404(DeployedBundle, pk=bundle_id))
    is_markdown = request.GET.get("as") == "markdown"
    response: HttpResponse
    if is_markdown:
        response = HttpResponse(card_markdown(document), content_type="text/markdown; charset=utf-8")
    else:
        response = JsonResponse(document, json_dumps_params={"indent": 1})
    suffix = "md" if is_markdown else "json"
    response.headers["Content-Disposition"] = f'attachment; filename="model-card-{bundle_id[:12]}.{suffix}"'
    return response


@login_required
@require_safe
def export_bill_of_materials(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """Versions of installed software are for those who run it: admins."""
    require(may_manage_bundles(request.user))
    bundle = get_object_or_404(DeployedBundle, pk=bundle_id)
    try:
        document = bill_of_materials(bundle)
    except (OSError, zipfile.BadZipFile):
        text = f"The file of {bundle} is missing or cannot be read: no bill of materials was made."
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    audit.record(require_person(request.user), "export_bill_of_materials", f"bundle:{bundle_id}")
    response = JsonResponse(document, json_dumps_params={"indent": 1})
    response.headers["Content-Type"] = "application/vnd.cyclonedx+json; version=1.6"
    response.headers["Content-Disposition"] = f'attachment; filename="bill-of-materials-{bundle_id[:12]}.cdx.json"'
    return response
