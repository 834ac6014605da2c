"""The model card of a bundle: fields of both publications, and no number without on whom."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from inference.manifest import EXAMPLE_FILE
from tests.webapp.viewer.case_factory import make_user
from webapp.deployments.models import DeployedBundle
from webapp.papers.card_document import card_document, card_markdown
from webapp.papers.measured_numbers import NOBODY_SAYS, measured_numbers
from webapp.papers.templatetags.field_names import breakable

pytestmark = pytest.mark.django_db
STANDARDS = Path(__file__).parent / "standards"
ID = "ab" * 32
CARD = "# Tiny\n\n## Intended use\nResearch on phantoms.\n\n## Limits\n- Says nothing of other hospitals.\n"


@pytest.fixture
def bundle() -> DeployedBundle:
    manifest = json.loads(EXAMPLE_FILE.read_text("utf-8"))
    return DeployedBundle.objects.create(
        bundle_id=ID, name="tiny_<b>cxr", version="1.0.0", manifest=manifest, card=CARD
    )


def names(part: Any, above: str = "") -> list[str]:
    """Paths of all leaves of a copied list of fields."""
    if part is None:
        return [above]
    inner = part.items() if isinstance(part, dict) else [(name, None) for name in part]
    return [leaf for name, below in inner for leaf in names(below, f"{above}.{name}" if above else name)]


@pytest.mark.parametrize(
    ("key", "file", "root"),
    [("chai", "chai_applied_model_card.json", "AppliedModelCard"), ("atlas", "rsna_atlas_model.json", "Model")],
)
def test_every_field_of_the_publication_stands_and_no_other(bundle, key, file, root):
    copied = json.loads((STANDARDS / file).read_text("utf-8"))
    card = card_document(bundle)["cards"][key]
    assert sorted(field["field"] for field in card["fields"]) == sorted(names(copied[root]))
    assert card["version"] == copied["version"]


def test_what_nothing_stored_answers_is_named_and_never_filled(bundle):
    fields = {row["field"]: row for row in card_document(bundle)["cards"]["chai"]["fields"]}
    assert fields["BasicInfo.ModelDeveloper"] == {"field": "BasicInfo.ModelDeveloper", "values": [], "kept_in": None}
    assert fields["UsesAndDirections.IntendedUseAndWorkflow"]["values"] == ["Research on phantoms."]
    assert "maker's words" in fields["UsesAndDirections.IntendedUseAndWorkflow"]["kept_in"]
    assert "BasicInfo.ModelDeveloper: not stated" in card_markdown(card_document(bundle))


def test_every_number_stands_with_on_whom_or_says_that_nobody_says(bundle):
    numbers = {number.place: number for number in measured_numbers(bundle.manifest)}
    point = numbers["findings.lung_opacity.operating_point.sensitivity"]
    assert (point.value, point.interval, point.n, str(point.on)) == (0.84, (0.71, 0.92), 50, NOBODY_SAYS)
    fitted = numbers["findings.lung_opacity.calibration.n"]
    assert (fitted.n, fitted.positives, str(fitted.on)) == (120, 50, "data: made up; split: calibration")
    # The split of this manifest is a rule, not a name: the metric is of nobody known.
    assert str(numbers["evidence.metrics.lung_opacity.auc"].on) == NOBODY_SAYS
    assert numbers["evidence.metrics.lung_opacity.auc"].positives is None
    # An error's n is not that of the fit.
    assert numbers["findings.lung_opacity.calibration.ece_after"].n is None


def test_a_calibrator_that_a_site_refitted_is_of_that_site_and_no_other():
    fitted = {"method": "platt", "n": 90, "n_positive": 50}
    findings = [{"key": key, "calibration": fitted} for key in ("a", "b")]
    evidence = {
        "data": {"name": "x"}, "calibration": {"sources": {"a": "phantom", "b": "phantom"}}, "site_calibrated": {"a": "C-2"},
    }  # fmt: skip
    manifest = {"findings": findings, "calibration": {"split": "calibration"}, "evidence": evidence}
    assert [str(number.on) for number in measured_numbers(manifest)] == [
        "data: images of one site (C-2); split: not stated",
        "data: x (drawn phantoms); split: calibration",
    ]


def test_numbers_of_phantoms_are_told_apart_from_those_of_real_images():
    auc = {"auc_a": {"value": 0.9, "ci": [0.8, 1.0], "n": 10, "n_positive": 4}}
    evidence = {"data": {"name": "x"}, "split": "test", "metrics": auc, "phantoms": {"metrics": auc}}
    told = [(number.place, str(number.on), number.positives) for number in measured_numbers({"evidence": evidence})]
    assert told == [
        ("evidence.metrics.auc_a", "data: x (real images); split: test", 4),
        ("evidence.phantoms.metrics.auc_a", "data: x (drawn phantoms); split: test", 4),
    ]


def test_page_and_downloads_say_the_same_and_no_mark_of_the_file_is_obeyed(bundle, client: Client):
    client.force_login(make_user("reader"))
    assert f"/models/papers/{ID}/card/" in client.get(f"/models/{ID}/").content.decode()
    page = client.get(f"/models/papers/{ID}/card/").content.decode()
    assert "tiny_&lt;b&gt;cxr" in page
    assert NOBODY_SAYS in page
    document = client.get(f"/models/papers/{ID}/card/export/")
    assert document.json() == json.loads(json.dumps(card_document(bundle)))
    text = client.get(f"/models/papers/{ID}/card/export/?as=markdown")
    assert text.content.decode() == card_markdown(card_document(bundle))
    assert "tiny\\_\\<b\\>cxr" in text.content.decode()
    assert text.headers["Content-Disposition"] == 'attachment; filename="model-card-abababababab.md"'
    assert client.get("/models/papers/none/card/").status_code == 404


def test_no_number_leads_the_page_without_on_whom_and_what_is_not_stated_is_folded(bundle, client: Client):
    client.force_login(make_user("reader"))
    auc = {"auc_a": {"value": 0.91, "ci": [0.8, 1.0], "n": 10, "n_positive": 4}}
    bundle.manifest["evidence"] = {"data": {"name": "x"}, "split": "test", "metrics": auc, "phantoms": {"metrics": auc}}
    bundle.save()
    page = client.get(f"/models/papers/{ID}/card/").content.decode()
    first = page.partition('data-testid="card-first"')[2].partition('data-testid="card-chai"')[0]
    others = page.partition('data-testid="card-others"')[2]
    assert "data: x (real images); split: test" in first
    assert NOBODY_SAYS not in first
    assert "drawn phantoms" not in first
    assert "sensitivity at the operating point" not in first
    assert "sensitivity at the operating point" in others
    assert "data: x (drawn phantoms); split: test" in others
    assert "Basic<wbr>Info.<wbr>Model<wbr>Developer" in page.partition("Fields that are not stated</summary>")[2]


def test_a_card_without_an_auc_of_somebody_says_so(bundle, client: Client):
    client.force_login(make_user("reader"))
    bundle.manifest["evidence"] = {"metrics": {"auc_a": {"value": 0.91}}}
    bundle.save()
    page = client.get(f"/models/papers/{ID}/card/").content.decode()
    assert "The bundle states no AUC of which it says on whom it was measured." in page


def test_a_name_breaks_and_is_escaped():
    assert breakable("Uses.HowTo<b>") == "Uses.<wbr>How<wbr>To&lt;b&gt;"
