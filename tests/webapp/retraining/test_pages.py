"""What the pages show before a start, who may start, and what others learn: nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.webapp.change_plans.conftest import rule, say_first
from tests.webapp.viewer.case_factory import make_user, review_body
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent
from webapp.change_plans.reference_sets import decide_reference_set, propose_reference_set
from webapp.retraining.models import Retraining, RetrainingRun
from webapp.retraining.run_folder import RunFolder, command
from webapp.reviews.record_review import record_review
from webapp.work.jobs.cancel import retry
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db
NEW, LIST, START = "/models/retraining/new/", "/models/retraining/", "/models/retraining/start/"
SignedIn = Callable[..., Client]
FORM = {"recipe": "two-heads-tiny", "phantoms": "16", "aided_weight": "0.5", "new_weights": "on"}


def text(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize(
    ("role", "sees", "acts"), [("radiologist", 403, 403), ("manager", 200, 403), ("admin", 200, 302)]
)
def test_admins_act_managers_look_on_and_others_are_refused(
    started: Any, signed_in: SignedIn, role: str, sees: int, acts: int
) -> None:
    row = started()
    RetrainingRun.objects.update(data_card={"images": 0, "patients": 0, "parts": []})
    RunFolder.of(row).report.parent.mkdir(parents=True)
    RunFolder.of(row).report.write_text("# Report\n")
    client, own = signed_in(role), f"{LIST}{row.number}/"
    for address in (LIST, NEW, own, f"{own}data-card/", f"{own}data-card.json", f"{own}report/"):
        assert client.get(address).status_code == sees, address
    for address in (START, f"{own}cancel/", f"{own}go-on/"):
        assert client.post(address, FORM).status_code == acts, address
    assert ("desk-retraining" in text(client, "/models/")) == (sees == 200)
    assert ("T-1" in text(client, "/models/")) == (sees == 200)
    assert ("start-retraining" in text(client, NEW) if sees == 200 else False) == (acts == 302)


@pytest.mark.parametrize(("role", "status"), [("manager", 403), ("admin", 302)])
def test_a_training_is_not_cancelled_or_tried_again_past_its_page(
    started: Any, signed_in: SignedIn, role: str, status: int
) -> None:
    started()
    client, trained = signed_in(role), Job.objects.filter(kind="train")
    own = f"/operations/jobs/{trained.get().pk}/"
    for state, does in (("running", "cancel"), ("failed", "retry")):
        trained.update(state=state, error_code="full")
        assert (f'action="{own}{does}/"' in text(client, "/operations/")) == (status == 302)
        assert client.post(f"{own}{does}/").status_code == status
    trained.update(state="failed", error_code="full")
    client.post("/operations/retry/", {"code": "full"})
    assert (trained.get().state == "queued") == (status == 302)


def test_an_admin_starts_what_was_counted(base: Any, signed_in: SignedIn) -> None:
    client = signed_in("admin")
    page = text(client, NEW)
    assert "drawn phantoms" in page
    answer = client.post(START, {**FORM, "base": base.pk, "phantoms": "24"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/models/retraining/1/"
    row = Retraining.objects.get()
    assert (row.name, row.base, row.phantoms, row.takes_reviewed, row.created_by) == (
        "T-1",
        base,
        24,
        False,
        client.person,
    )
    assert Job.objects.get(kind="train").max_attempts == 20
    event = AccessEvent.objects.get(verb="retraining.start")
    assert (event.actor, event.details["phantoms"]) == (client.person, 24)


def test_who_begins_with_new_weights_has_ticked_it(base: Any, signed_in: SignedIn) -> None:
    client = signed_in("admin")
    page = text(client, NEW)
    assert 'name="new_weights" required' in page
    unticked = {name: value for name, value in FORM.items() if name != "new_weights"}
    answer = client.post(START, {**unticked, "base": base.pk}, follow=True)
    assert "begins with new weights: a bundle holds none to train on with" in answer.content.decode()
    assert not Retraining.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recipe": "huge"}, "recipe &#x27;huge&#x27; is not one of two-heads-tiny, two-heads"),
        ({"phantoms": "-1"}, "phantoms &#x27;-1&#x27; is not a number from 0 to 5000"),
        ({"phantoms": "0"}, "There is nothing to train on"),
        ({"aided_weight": "2"}, "aided_weight &#x27;2&#x27; is not a number from 0 to 1"),
        ({"base": "0" * 64}, "base &#x27;000000000000&#x27; is no registered bundle"),
        ({"folder": "other"}, "folder &#x27;other&#x27; is not one of those registered: none"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_starts(base: Any, signed_in: SignedIn, changes: Any, said: str) -> None:
    answer = signed_in("admin").post(START, {**FORM, "base": base.pk, **changes}, follow=True)
    assert said in answer.content.decode()
    assert not Retraining.objects.exists()
    assert not Job.objects.filter(kind="train").exists()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("task", "single", "answers task &#x27;single&#x27;; the recipes train task &#x27;multilabel&#x27;"),
        (
            "input",
            {"height": 64, "width": 32, "intensity": "stored-range"},
            "takes an input that the recipes cannot make",
        ),
        ("findings", [], "has no finding"),
    ],
)
def test_a_base_of_another_task_or_input_is_refused(
    base: Any, signed_in: SignedIn, key: str, value: Any, said: str
) -> None:
    base.manifest[key] = value
    base.save()
    client = signed_in("admin")
    assert said in text(client, NEW, base=base.pk, **FORM)
    assert said in client.post(START, {**FORM, "base": base.pk}, follow=True).content.decode()
    assert not Retraining.objects.exists()


def test_a_base_with_a_finding_that_no_label_names_is_refused(base: Any, signed_in: SignedIn) -> None:
    base.manifest["findings"].append({"key": "mass"})
    base.save()
    page = text(signed_in("admin"), NEW, base=base.pk, **FORM)
    assert "Finding mass: no label says present and none absent" in page
    assert "start-retraining" not in page


def test_a_host_without_a_worker_says_so_before_the_start(base: Any, signed_in: SignedIn, monkeypatch: Any) -> None:
    for place in ("services", "pages"):
        monkeypatch.setattr(f"webapp.retraining.{place}.is_training_worker_seen", lambda: False)
    client = signed_in("admin")
    page = text(client, NEW)
    assert "No worker for trainings is at work here" in page
    assert "start-retraining" not in page
    assert "No worker for trainings" in client.post(START, {**FORM, "base": base.pk}, follow=True).content.decode()
    assert not Job.objects.filter(kind="train").exists()


def agreed(reader: User, image: Image) -> None:
    record_review(reader, image, review_body(verdict="agree", failure=None))


def test_reviewed_cases_are_counted_exported_and_kept_as_they_were(
    stored: Any, base: Any, started: Any, pretend: Any, signed_in: SignedIn
) -> None:
    reader = make_user("reader")
    first, second = stored(), stored(PatientID="TWO")
    for image in (first, second):
        agreed(reader, image)
    page = text(signed_in("manager"), NEW, base=base.pk, reviewed="on", **FORM)
    assert "2 beside the model" in page
    assert "fewer than 40" in page
    pretend()
    row = started(takes_reviewed=True)
    run_one(kinds=["train"])
    place, card = RunFolder.of(row), RetrainingRun.objects.get().data_card
    assert (card["images"], card["is_few"], card["label_kinds"]["aided"]) == (2, True, 2)
    assert (place.data / "parts.txt").read_text() == "train"
    assert len(list((place.data / "reviewed" / "images").glob("*.dcm"))) == 2
    experiment = place.experiment.read_text()
    assert 'name = "parts"' in experiment
    assert "aided_weight = 0.5" in experiment
    assert card["tables"]["reviewed"]
    assert first.code not in str(card)


def test_what_a_person_must_look_at_first_is_said_with_the_way_there(
    stored: Any, base: Any, signed_in: SignedIn
) -> None:
    agreed(make_user("reader"), stored(BurnedInAnnotation="YES"))
    page = text(signed_in("manager"), NEW, base=base.pk, reviewed="on", **FORM)
    assert "1 reviewed case waits until a person has looked" in page
    assert '<a href="/failures/training-set/">look at it</a>' in page
    assert f"<td>{base.manifest['findings'][0]['title']}</td>" in page


def test_patients_of_the_reference_set_are_left_out_and_said(
    stored: Any, base: Any, started: Any, pretend: Any, signed_in: SignedIn, admin: User
) -> None:
    reader, client = make_user("reader"), signed_in("manager")
    Project.default()
    Project.objects.update(sentinel_share=100)
    for name, is_positive in (("REF12", True), ("REF34", False)):
        say_first(reader, stored(PatientID=name), is_positive)
    Project.objects.update(sentinel_share=0)
    kept, same = (stored(PatientID=name) for name in ("KEPT1", "REF12"))
    for image in (kept, same):
        agreed(reader, image)
    assert "No reference set keeps patients out of trainings here" in text(client, NEW, base=base.pk)
    proposed = propose_reference_set(admin, Project.default(), rule(), "to measure by")
    decide_reference_set(make_user("omar", "manager"), proposed, "approved")
    page = text(client, NEW, base=base.pk, reviewed="on", **FORM)
    assert "3 in_reference_set" in page
    assert "Patients of reference sets never train" in page
    pretend()
    row = started(takes_reviewed=True)
    run_one(kinds=["train"])
    card = RetrainingRun.objects.get().data_card
    assert (card["images"], card["parts"][0]["left_out"]["in_reference_set"]) == (1, 3)
    assert len(list((RunFolder.of(row).data / "reviewed" / "images").glob("*.dcm"))) == 1
    for address in (f"{LIST}{row.number}/", "/models/"):
        assert "3 images left out for a reference set" in text(client, address)


def test_a_registered_folder_is_counted_by_its_table_and_linked(
    base: Any, started: Any, pretend: Any, signed_in: SignedIn, settings: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    table = "file,patient,view,lung_opacity,pleural_effusion\n1.png,P1,PA,1,\n2.png,P2,PA,0,-1\n"
    (folder / "images.csv").write_text(table)
    settings.TRAINING_DATA = {"own": folder, "empty": tmp_path / "missing"}
    client = signed_in("manager")
    page = text(client, NEW, base=base.pk, folder="own", **FORM)
    assert "folder own" in page
    assert "50 %" in page
    said = text(client, NEW, base=base.pk, folder="empty", **FORM)
    assert "folder &#x27;empty&#x27; has none of the tables cases.csv, images.csv" in said
    pretend()
    row = started(folders=("own",))
    run_one(kinds=["train"])
    assert (RunFolder.of(row).data / "own" / "images.csv").read_text() == table
    assert RetrainingRun.objects.get().data_card["parts"][0]["findings"]["pleural_effusion"] == {
        "uncertain": 1,
        "imported": 1,
    }


def test_the_page_shows_epoch_curves_log_and_the_desk_says_the_same(started: Any, signed_in: SignedIn) -> None:
    row = started()
    place = RunFolder.of(row)
    place.progress.parent.mkdir(parents=True)
    place.log.write_text("a line of <b>the</b> log\n")
    lines = [
        f'{{"epoch": {n}, "of": 24, "seconds": 44, "val_loss": {1 / n}, "val_auc_mean": 0.{n}}}' for n in range(1, 10)
    ]
    place.progress.write_text("\n".join(lines) + '\n{"epoch": 10, "of"')
    Job.objects.update(state=Job.State.RUNNING)
    client = signed_in("admin")
    for address in (f"{LIST}{row.number}/", "/models/"):
        page = text(client, address)
        assert "epoch 9 of 24, 11 min left" in page, address
        assert page.count("<polyline") == 2
    assert "a line of &lt;b&gt;the&lt;/b&gt; log" in text(client, f"{LIST}{row.number}/")


def test_a_reader_of_an_open_study_or_of_a_first_look_learns_nothing(started: Any, signed_in: SignedIn) -> None:
    row = started()
    client = signed_in("radiologist")
    page = text(client, "/models/")
    assert "etraining" not in page
    for address in (LIST, NEW, f"{LIST}{row.number}/", f"{LIST}{row.number}/data-card.json"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "T-1" not in answer.content.decode()


def test_what_is_reviewed_in_mid_run_is_not_in_it(stored: Any, base: Any, started: Any, pretend: Any) -> None:
    reader, image = make_user("reader"), stored()
    agreed(reader, image)
    pretend(code="raise SystemExit('ended by the machine')")
    row = started(takes_reviewed=True)
    run_one(kinds=["train"])
    card, table = (
        RetrainingRun.objects.get().data_card,
        (RunFolder.of(row).data / "reviewed" / "cases.csv").read_bytes(),
    )
    record_review(reader, image, review_body(verdict="false_positive"))
    agreed(reader, stored(PatientID="LATER"))
    pretend()
    retry(Job.objects.get(kind="train").pk)
    run_one(kinds=["train"])
    assert RetrainingRun.objects.get().bundle is not None
    assert RetrainingRun.objects.get().data_card == card
    assert (RunFolder.of(row).data / "reviewed" / "cases.csv").read_bytes() == table


def test_a_later_retraining_begins_with_the_weights_that_made_its_base(
    base: Any, started: Any, pretend: Any, signed_in: SignedIn
) -> None:
    pretend()
    first = started()
    run_one(kinds=["train"])
    made = RetrainingRun.objects.get().bundle
    client = signed_in("manager")
    assert "begins with new weights" in text(client, NEW, base=base.pk, **FORM)
    weights = RunFolder.of(first).weights
    weights.parent.mkdir(parents=True, exist_ok=True)
    weights.write_bytes(b"weights")
    assert "begins with the weights of the base" in text(client, NEW, base=made.pk, **FORM)
    second = started(base=made.pk)
    place = RunFolder.of(second)
    assert command(second, place, [])[-2:] == ["--start", str(weights)]
    assert "--start" not in command(first, RunFolder.of(first), [])
    run_one(kinds=["train"])
    assert RetrainingRun.objects.get(pk=second.pk).data_card["starts_with"] == "the weights of the base"
    assert 'name = "tiny-cxr-t2", version = "1.2.0"' in place.experiment.read_text()
