"""The case mix of a project: stated by managers and admins, kept row by row, refused in words; 0 and 100 % are figures too."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.inference.tiny_bundle import make_tiny_bundle
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.operating_points.case_mix import case_mix_of
from webapp.operating_points.models import CaseMix
from webapp.predictions.bundle_store import bundle_path, findings_in_service
from webapp.reviews.models.kept_row import AppendOnlyViolation

pytestmark = pytest.mark.django_db
PAGE, FORM = "/operating-points/", "/operating-points/default/case-mix/"


@pytest.fixture
def findings(tmp_path: Path, settings: LazySettings) -> list[str]:
    """Keys of the model in service."""
    settings.BUNDLE_DIR = tmp_path
    bundle_id = make_tiny_bundle(tmp_path / "tiny.bundle")
    (tmp_path / "tiny.bundle").rename(bundle_path(bundle_id))
    Project.objects.filter(pk=Project.default().pk).update(active_bundle=bundle_id)
    return list(findings_in_service(Project.default()))


def typed(finding: str, percent: str = "5", **more: str) -> dict[str, str]:
    """By a person who has the newest in sight."""
    newest = CaseMix.objects.first()
    seen = str(newest.pk) if newest else ""
    return {f"prevalence-{finding}": percent, "images_a_day": "40", "source": "reports of 2025", "seen": seen} | more


def test_what_a_colleague_stated_meanwhile_is_not_overwritten(
    findings: list[str], signed_in: Callable[..., Client]
) -> None:
    mona, omar = signed_in("manager", "mona"), signed_in("manager", "omar")
    for percents in (("5", "9"), ("6", "9")):
        text = mona.get(PAGE).content.decode()
        [seen] = re.findall(r'name="seen" value="([^"]*)"', text)
        mona.post(FORM, typed(findings[0], percents[0], seen=seen))
        late = omar.post(FORM, typed(findings[0], percents[1], seen=seen), follow=True).content.decode()
        assert "mona stated another case mix since this page was opened" in late
    assert [100 * mix.prevalences[findings[0]] for mix in CaseMix.objects.all()] == pytest.approx([6, 5])


@pytest.mark.parametrize(("role", "may"), [("radiologist", False), ("manager", True), ("admin", True)])
def test_everybody_reads_it_and_managers_and_admins_state_it(
    role: str, may: bool, findings: list[str], signed_in: Callable[..., Client]
) -> None:
    client = signed_in(role)
    text = client.get(PAGE).content.decode()
    assert "Nobody has stated one" in text
    assert (f'name="prevalence-{findings[0]}"' in text) is may
    client.post(FORM, typed(findings[0]))
    assert CaseMix.objects.exists() is may
    signed_in("manager", "dora").post(FORM, typed(findings[0], "7.5"))
    text = client.get(PAGE).content.decode()
    assert "7.5" in text
    assert "Stated by dora" in text


@pytest.mark.parametrize(("percent", "share"), [("0", 0), ("100", 1), ("5", 0.05), (" 0,4 % ", 0.004)])
def test_what_is_stated_is_kept_and_audited(
    percent: str, share: float, findings: list[str], signed_in: Callable[..., Client]
) -> None:
    client = signed_in("manager")
    client.post(FORM, typed(findings[0], percent))
    mix = case_mix_of(Project.default())
    assert mix is not None
    assert mix.prevalences == {findings[0]: pytest.approx(share)}
    assert (mix.images_a_day, mix.created_by) == (40, client.person)
    event = AccessEvent.objects.get(verb="project.case_mix")
    assert (event.actor, event.details["prevalences"]) == (client.person, mix.prevalences)
    assert f'value="{100 * share:g}"' in client.get(PAGE).content.decode()


def test_an_empty_field_is_not_known_and_the_newest_row_counts(
    findings: list[str], signed_in: Callable[..., Client]
) -> None:
    client = signed_in("manager")
    client.post(FORM, typed(findings[0]))
    client.post(FORM, typed(findings[0], "", images_a_day=" ", source=""))
    mix = case_mix_of(Project.default())
    assert mix is not None
    assert (mix.prevalences, mix.images_a_day, CaseMix.objects.count()) == ({}, None, 2)
    with pytest.raises(AppendOnlyViolation):
        mix.save()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"percent": "101"}, "&#x27;101&#x27; is not a percentage from 0 to 100"),
        ({"percent": "-1"}, "&#x27;-1&#x27; is not a percentage from 0 to 100"),
        ({"percent": "nan"}, "&#x27;nan&#x27; is not a percentage from 0 to 100"),
        ({"percent": "many"}, "&#x27;many&#x27; is not a percentage from 0 to 100"),
        ({"images_a_day": "4.5"}, "&#x27;4.5&#x27; is not a whole number of images a day"),
        ({"images_a_day": "100001"}, "is not a whole number of images a day from 0 to 100,000"),
        ({"images_a_day": "9" * 5_000}, "is not a whole number of images a day"),
        ({"source": " "}, "say where the figures come from"),
        ({"source": "x" * 201}, "the source has 201 characters"),
        ({"prevalence-unheard_of": "5"}, "finding &#x27;unheard_of&#x27; is not one of"),
    ],
)
def test_what_cannot_be_kept_is_named(
    change: dict[str, str], text: str, findings: list[str], signed_in: Callable[..., Client]
) -> None:
    answer = signed_in("manager").post(FORM, typed(findings[0], **change), follow=True)
    assert text in answer.content.decode()
    assert not CaseMix.objects.exists()


def test_a_finding_of_an_earlier_model_keeps_its_field(findings: list[str], signed_in: Callable[..., Client]) -> None:
    client = signed_in("manager")
    client.post(FORM, typed(findings[0]))
    Project.objects.update(active_bundle="")
    assert f'name="prevalence-{findings[0]}"' in client.get(PAGE).content.decode()
    assert client.post("/operating-points/nowhere/case-mix/", {}).status_code == 404
