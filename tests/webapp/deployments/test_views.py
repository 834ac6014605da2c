"""Registry pages and API: who may look, who may change, and what a broken file is answered."""

import errno
import json
import os
import threading
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from inference.bundle_child import CheckLimits, check_in_child
from tests.inference.changed_bundle import graph_with, rezipped
from tests.inference.endless_graph import behind_the_probabilities
from tests.inference.tiny_bundle import make_tiny_bundle, tiny_manifest
from tests.webapp.openapi_check import broken_promises
from webapp.accounts.models import User
from webapp.audit.models import AccessEvent
from webapp.deployments import services
from webapp.deployments.bundle_state import states_of
from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import activate, add_bundle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.BUNDLE_DIR = tmp_path / "store"
    settings.INCOMING_DIR = tmp_path / "incoming"


@pytest.fixture
def tiny(tmp_path):
    path = tmp_path / "tiny.bundle"
    make_tiny_bundle(path)
    return path


@pytest.fixture
def bundle(tiny) -> DeployedBundle:
    return add_bundle(tiny, None)


def person(role: str) -> User:
    return User.objects.create_user(role, password="long-enough-password", role=role)


@pytest.fixture
def admin(client):
    client.force_login(person("admin"))
    return client


@pytest.fixture
def reader(client):
    client.force_login(person("radiologist"))
    return client


def sent(path):
    return {"file": SimpleUploadedFile(path.name, path.read_bytes())}


def test_an_admin_adds_and_activates_through_the_api(admin, tiny):
    answer = admin.post("/api/bundles/", sent(tiny))
    assert answer.status_code == 201
    bundle_id = answer.json()["id"]
    assert admin.post(f"/api/bundles/{bundle_id}/activate/").json()["state"] == "active"
    [listed] = admin.get("/api/bundles/").json()["results"]
    assert (listed["id"], listed["added_by"]) == (bundle_id, "admin")


def test_a_broken_file_is_answered_with_its_sentence(admin, tmp_path):
    answer = admin.post("/api/bundles/", {"file": SimpleUploadedFile("model.bundle", b"not a zip")})
    assert answer.status_code == 422
    assert answer.json()["text"].startswith("model.bundle: ")
    assert admin.post("/api/bundles/", {}).json()["text"] == "No file was sent; the field is called `file`."
    assert list(tmp_path.glob("store/*")) == list(tmp_path.glob("incoming/*")) == []


@pytest.fixture(autouse=True)
def every_file_is_checked(monkeypatch):
    """Here nothing is taken from what a child has said of the same bytes before."""
    monkeypatch.setattr(services, "check_in_child", check_in_child)


@pytest.fixture
def endless(tiny):
    rezipped(tiny, lambda own: own.update({"model.onnx": graph_with(behind_the_probabilities)}))
    return tiny


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("abort", "tiny.bundle: selfcheck: the process that checked it ended by signal 6;"),
        ("let_loops_pass", "tiny.bundle: selfcheck: longer than 4 s;"),
    ],
)
def test_a_bundle_that_ends_or_holds_its_child_is_refused(admin, endless, tmp_path, monkeypatch, what, sentence):
    misbehaving = f"tests.inference.misbehaving_checks:{what}"
    child = partial(check_in_child, limits=CheckLimits(seconds=4, cpu_seconds=20), answer_with=misbehaving)
    monkeypatch.setattr(services, "check_in_child", child)
    answer = admin.post("/api/bundles/", sent(endless))
    assert (answer.status_code, answer.json()["code"]) == (422, "bundle_refused")
    assert answer.json()["text"].startswith(sentence)
    assert list(tmp_path.glob("store/*")) == list(tmp_path.glob("incoming/*")) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_add_one_hostile_bundle_at_once_are_both_refused(endless, tmp_path, monkeypatch):
    meeting, answers = threading.Barrier(2, timeout=60), []

    def check_together(path):
        meeting.wait()
        return check_in_child(path)

    def add(name):
        client = Client()
        client.force_login(User.objects.create_user(name, password="long-enough-password", role="admin"))
        answers.append(client.post("/api/bundles/", sent(endless)))
        connection.close()

    monkeypatch.setattr(services, "check_in_child", check_together)
    threads = [threading.Thread(target=add, args=(name,)) for name in ("first", "second")]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all(answer.json()["text"].startswith("tiny.bundle: operators: operator 'Loop'") for answer in answers)
    assert list(tmp_path.glob("store/*")) == list(tmp_path.glob("incoming/*")) == []
    assert not DeployedBundle.objects.exists()
    assert AccessEvent.objects.filter(verb="refuse_bundle").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_add_one_good_bundle_at_once_get_one_row_and_one_file(tiny, tmp_path, monkeypatch):
    meeting, answers = threading.Barrier(2, timeout=60), []

    def check_together(path):
        found = check_in_child(path)
        meeting.wait()
        return found

    def add(name):
        client = Client()
        client.force_login(User.objects.create_user(name, password="long-enough-password", role="admin"))
        answers.append(client.post("/api/bundles/", sent(tiny)))
        connection.close()

    monkeypatch.setattr(services, "check_in_child", check_together)
    threads = [threading.Thread(target=add, args=(name,)) for name in ("first", "second")]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    bundle = DeployedBundle.objects.get()
    assert [(answer.status_code, answer.json()["id"]) for answer in answers] == [(201, bundle.pk)] * 2
    assert [path.name for path in tmp_path.glob("store/*")] == [f"{bundle.pk}.bundle"]
    assert (tmp_path / "store" / f"{bundle.pk}.bundle").read_bytes() == tiny.read_bytes()
    assert AccessEvent.objects.filter(verb="add_bundle").count() == 1


@pytest.mark.parametrize(
    ("where", "number", "word"),
    [
        ("inference.bundle_child.subprocess.Popen", errno.EAGAIN, "resource temporarily unavailable"),
        ("inference.bundle_child.subprocess.Popen", errno.ENOMEM, "cannot allocate memory"),
        ("inference.bundle_child.tempfile.TemporaryFile", errno.ENOSPC, "its disk is full"),
        ("webapp.deployments.services.os.fsync", errno.ENOSPC, "its disk is full"),
        ("webapp.deployments.upload._write", errno.ENOSPC, "its disk is full"),
    ],
)
def test_a_machine_without_means_to_check_a_bundle_says_so(admin, tiny, tmp_path, monkeypatch, where, number, word):
    def fail(*arguments, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(where, fail)
    answer = admin.post("/api/bundles/", sent(tiny))
    assert (answer.status_code, answer.json()["code"]) == (503, "machine_fault")
    assert answer.json()["text"].startswith("tiny.bundle could not be checked: the server had no means for it just now")
    assert f"({word})" in answer.json()["text"]
    assert broken_promises("post", "/api/bundles/", 503, answer.json()) == []
    page = admin.post("/models/add/", sent(tiny), follow=True).content.decode()
    assert "Not added. tiny.bundle could not be checked" in page
    assert list(tmp_path.glob("store/*")) == list(tmp_path.glob("incoming/*")) == []
    assert not DeployedBundle.objects.exists()


def test_nobody_is_told_to_send_a_bundle_again_that_a_missing_library_stops(admin, tiny, monkeypatch):
    def fail(*arguments, **options):
        raise OSError(errno.ELIBACC, os.strerror(errno.ELIBACC))

    monkeypatch.setattr("inference.bundle_child.subprocess.Popen", fail)
    answer = admin.post("/api/bundles/", sent(tiny))
    assert (answer.status_code, answer.json()["code"]) == (503, "machine_fault")
    assert answer.json()["text"] == (
        "tiny.bundle could not be checked: a library that the server needs for it is missing or does not load. "
        "Nothing was kept. Tell whoever keeps the server; until it is mended, sending it again changes nothing."
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": "1.0.0-" + "x" * 35}, "is too long; allowed: maxLength 40"),
        ({"name": "x" * 65}, "{0,63}"),
    ],
)
def test_a_name_or_version_longer_than_its_column_is_refused(admin, tiny, change, sentence):
    manifest = json.dumps(tiny_manifest(**change)).encode()
    rezipped(tiny, lambda own: own.update({"manifest.json": manifest}))
    answer = admin.post("/api/bundles/", sent(tiny))
    assert answer.status_code == 422
    [field] = change
    assert answer.json()["text"].startswith(f"tiny.bundle: manifest: {field}: ")
    assert sentence in answer.json()["text"]
    assert not DeployedBundle.objects.exists()


def test_a_version_of_forty_characters_is_taken(admin, tiny):
    make_tiny_bundle(tiny, version="1.0.0-" + "x" * 34)
    assert admin.post("/api/bundles/", sent(tiny)).json()["version"] == "1.0.0-" + "x" * 34


def test_a_radiologist_reads_and_changes_nothing(reader, bundle, tiny):
    assert reader.get("/api/bundles/").status_code == 200
    assert b"Add a model" not in reader.get("/models/").content
    refused = [
        reader.post("/api/bundles/", sent(tiny)),
        reader.post(f"/api/bundles/{bundle.pk}/activate/"),
        reader.post(f"/api/bundles/{bundle.pk}/rollback/"),
        reader.post("/models/add/", sent(tiny)),
        reader.post(f"/models/{bundle.pk}/activate/"),
        reader.post(f"/models/{bundle.pk}/rollback/"),
    ]
    assert [answer.status_code for answer in refused] == [403] * 6
    bundle.refresh_from_db()
    assert states_of([bundle])[bundle.pk].code == "registered"


def test_the_schema_of_the_api_names_every_field_of_a_bundle(admin, bundle):
    answer = admin.get("/api/bundles/").json()
    assert answer["results"][0]["findings"]
    assert broken_promises("get", "/api/bundles/", 200, answer) == []


def test_signing_in_again_under_an_open_form_leads_back_to_the_list(admin, bundle):
    # After the sign-in the browser asks for the form's address by GET: seen as an empty page (405).
    for url in ("/models/add/", f"/models/{bundle.pk}/activate/", f"/models/{bundle.pk}/rollback/"):
        assert admin.get(url).headers["Location"] == "/models/"
    bundle.refresh_from_db()
    assert states_of([bundle])[bundle.pk].code == "registered"


def test_unknown_ids_are_not_found(admin):
    for url in ("/models/abc/activate/", "/models/abc/rollback/", "/api/bundles/abc/activate/"):
        assert admin.post(url).status_code == 404
    assert admin.get("/models/abc/").status_code == 404


def test_only_the_bundle_in_service_can_be_rolled_back(admin, bundle):
    answer = admin.post(f"/api/bundles/{bundle.pk}/rollback/")
    assert answer.status_code == 409
    assert "not in service" in answer.json()["text"]


def test_the_list_shows_the_state_and_asks_before_a_change(admin, bundle):
    page = admin.get("/models/").content.decode()
    assert "Registered" in page
    assert f"/models/{bundle.pk}/activate/" in page
    assert "answers for every new prediction" not in page
    activate(bundle, None)
    page = admin.get("/models/").content.decode()
    assert "answers for every new prediction" in page


def test_the_page_of_a_model_shows_its_numbers_and_its_card_as_text(admin, bundle):
    DeployedBundle.objects.update(card="# Card\n\n<script>alert(1)</script>\n")
    page = admin.get(f"/models/{bundle.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "Operating points" in page
    assert bundle.manifest["findings"][0]["title"] in page
    assert " style=" not in page
    assert "onclick" not in page


def test_the_form_adds_activates_and_tells(admin, tiny):
    page = admin.post("/models/add/", sent(tiny), follow=True)
    bundle = DeployedBundle.objects.get()
    assert page.redirect_chain == [(f"/models/{bundle.pk}/", 302)]
    page = admin.post(f"/models/{bundle.pk}/activate/", follow=True).content.decode()
    assert f"{bundle} is in service." in page
