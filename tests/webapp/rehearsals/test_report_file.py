"""The report of a rehearsal as one file: loads nothing, says what the page says and no more."""

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.webapp.rehearsals.conftest import GATES, in_force, run_all
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent
from webapp.change_plans.models import ReferenceSet
from webapp.deployments.models import DeployedBundle
from webapp.rehearsals.ask import ask_rehearsal
from webapp.rehearsals.models import Rehearsal
from webapp.rehearsals.verdict_rows import gate_rows

pytestmark = pytest.mark.django_db
HERE = "/models/rehearsals/1/"
NUMBER = re.compile(r"[+-]?\d[\d.,]*\d|\d")


@pytest.fixture
def done(
    ada: User, second: User, project: Project, reference: ReferenceSet, make_candidate: Callable[..., DeployedBundle]
) -> Rehearsal:
    """Failed gates, gates of too few cases in a subgroup, new false negatives."""
    gates = ({"key": "sensitivity", "margin": 0.05}, {"key": "specificity", "margin": 0.05})
    in_force(ada, second, project, *GATES, *gates, subgroups=["sex"])
    row = ask_rehearsal(ada, project, make_candidate(threshold=0.99))
    run_all()
    return row


def words(page: str) -> str:
    """Text that a person reads, tooltips as well."""
    page = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    titles = " ".join(re.findall(r'title="([^"]*)"', page))
    return html.unescape(re.sub(r"<[^>]*>", " ", page) + " " + titles)


def report_of(person: User, expected: int = 200) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(f"{HERE}report/")
    assert answer.status_code == expected
    return answer.content.decode()


def test_every_number_of_the_file_stands_on_the_page_and_nothing_is_loaded(
    second: User, done: Rehearsal, images: list[Image]
) -> None:
    client = Client()
    client.force_login(second)
    tick = {"image": str(images[0].pk), "finding": "lung_opacity", "reason": "seen on the lateral 17"}
    client.post(f"{HERE}tick/", tick)
    file, page = report_of(second), client.get(HERE).content.decode()
    said = words(file)
    hashes = (done.plan_sha256, done.reference_sha256, done.candidate_id, done.in_service_id)
    assert all(f"SHA-256 {one}" in said for one in hashes)
    assert done.plan_sha256[:12] in page
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src'
    assert policy in file
    assert "http" not in file.replace(policy, "")
    assert not re.search(r"<(script|link|img|iframe|a)\b|url\(|@import", file)
    made = re.search(r"This file made\s+([\d: -]+) UTC", said)
    judged = re.search(r"Judged\s+([\d: -]+) UTC", said)
    assert made
    assert judged
    for told in (*hashes, made[1], judged[1]):
        said = said.replace(told, " ")
    unknown = set(NUMBER.findall(said.replace("SHA-256", ""))) - set(NUMBER.findall(words(page)))
    assert unknown == set()
    gates = done.verdict.report["gates"]
    assert len(re.findall(r"<td>(?:passed|failed|not enough cases)", file)) == len(gates)
    for part in ("Not passed", "omar on", "seen on the lateral 17", "nobody yet", "Look 1 at this"):
        assert part in said, part


def test_what_a_study_hides_is_counted_and_not_named(
    second: User, done: Rehearsal, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(person: object, image: Image) -> Refusal | None:
        return Refusal("embargo", "hidden") if image.pk == images[0].pk else None

    monkeypatch.setattr("webapp.rehearsals.rows.may_use_labels", refuse)
    of_women = {**gate_rows(done)[0], "is_subgroup": True, "title": "AUC · sex F"}
    monkeypatch.setattr("webapp.rehearsals.report_file.gate_rows", lambda row: [*gate_rows(row), of_women])
    said = words(report_of(second))
    assert "1 of images that a reader study hides" in said
    assert images[0].code not in said
    assert images[1].code in said
    assert said.index("Gates") < said.index("Subgroups") < said.index("AUC · sex F"), "told apart"


def test_readers_get_none_and_each_export_is_audited(second: User, reader: User, done: Rehearsal) -> None:
    report_of(reader, 403)
    assert not AccessEvent.objects.filter(verb="export_rehearsal_report").exists()
    report_of(second)
    assert AccessEvent.objects.get(verb="export_rehearsal_report").actor == second


def test_without_a_verdict_the_file_says_how_it_stands(
    ada: User, second: User, project: Project, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    in_force(ada, second, project)
    ask_rehearsal(ada, project, candidate)
    said = words(report_of(ada))
    assert "No verdict" in said
    assert "State: queued." in said
