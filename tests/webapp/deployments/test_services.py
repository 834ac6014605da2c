"""Adding, activating and rolling back bundles."""

import hashlib
import zipfile

import pytest
from django.core.management import CommandError, call_command

from inference.manifest import without_arrays
from tests.inference.tiny_bundle import make_tiny_bundle
from webapp.archive.models import Project
from webapp.deployments.bundle_state import states_of
from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import BundleRefused, activate, add_bundle, roll_back
from webapp.predictions.bundle_store import bundle_path
from webapp.work.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.BUNDLE_DIR = tmp_path / "store"


@pytest.fixture
def tiny(tmp_path):
    """A bundle file that passes its self-check."""
    path = tmp_path / "tiny.bundle"
    make_tiny_bundle(path)
    return path


@pytest.fixture
def added(tiny) -> DeployedBundle:
    return add_bundle(tiny, None)


def registered(number: int) -> DeployedBundle:
    """A registered bundle whose file exists and has its id; enough for what does not load it."""
    bundle_id = hashlib.sha256(f"{number}".encode()).hexdigest()
    bundle_path(bundle_id).parent.mkdir(exist_ok=True)
    bundle_path(bundle_id).write_text(f"{number}")
    return DeployedBundle.objects.create(bundle_id=bundle_id, name="model", version=f"{number}", manifest={})


def state(bundle: DeployedBundle) -> str:
    return states_of([bundle])[bundle.pk].code.value


def in_service() -> str:
    return Project.default().active_bundle


def test_it_keeps_the_file_under_its_id(added, tiny):
    assert bundle_path(added.bundle_id).read_bytes() == tiny.read_bytes()
    assert state(added) == "registered"
    assert added.manifest["findings"]
    assert in_service() == ""


def test_it_registers_the_same_file_once(added, tiny):
    assert add_bundle(tiny, None).pk == added.pk
    assert DeployedBundle.objects.count() == 1


def test_it_keeps_nothing_of_a_bundle_that_fails_a_check(tmp_path, settings, tiny):
    broken = tmp_path / "broken.bundle"
    with zipfile.ZipFile(tiny) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            if name != "selfcheck.npz":
                target.writestr(name, source.read(name))
    with pytest.raises(BundleRefused, match=r"^broken\.bundle: .*selfcheck\.npz"):
        add_bundle(broken, None)
    assert list(settings.BUNDLE_DIR.iterdir()) == []
    assert not DeployedBundle.objects.exists()


def test_it_names_a_file_that_is_no_bundle(tmp_path):
    text = tmp_path / "notes.bundle"
    text.write_text("hello")
    with pytest.raises(BundleRefused, match=r"notes\.bundle"):
        add_bundle(text, None)
    with pytest.raises(BundleRefused, match=r"absent\.bundle cannot be copied"):
        add_bundle(tmp_path / "absent.bundle", None)


def test_it_has_one_bundle_in_service():
    first, second = registered(1), registered(2)
    activate(first, None)
    activate(second, None)
    first.refresh_from_db()
    assert (state(first), state(second)) == ("retired", "active")
    assert in_service() == second.bundle_id


def test_it_is_in_service_for_every_project():
    other = Project.objects.create(name="Other", slug="other", active_bundle="e" * 64)
    first, second = registered(1), registered(2)
    activate(first, None)
    activate(second, None)
    roll_back(None)
    other.refresh_from_db()
    assert (other.active_bundle, in_service()) == (first.bundle_id, first.bundle_id)


def test_it_rolls_back_step_by_step():
    first, second, third = registered(1), registered(2), registered(3)
    for bundle in (first, second, third):
        activate(bundle, None)
    assert [change.bundle for change in roll_back(None)] == [second]
    assert [change.bundle for change in roll_back(None)] == [first]
    assert in_service() == first.bundle_id
    with pytest.raises(BundleRefused, match="replaced no other model"):
        roll_back(None)


def test_two_people_who_roll_back_at_once_go_one_step():
    first, second, third = registered(1), registered(2), registered(3)
    for bundle in (first, second, third):
        activate(bundle, None)
    assert [change.bundle for change in roll_back(None, leaving=third)] == [second]
    with pytest.raises(BundleRefused, match="model 3 is not in service"):
        roll_back(None, leaving=third)  # the second press saw the same page
    assert in_service() == second.bundle_id


def test_it_has_nothing_to_roll_back_without_a_model():
    with pytest.raises(BundleRefused, match="No model is in service"):
        roll_back(None)


def test_it_refuses_a_bundle_whose_file_is_missing():
    bundle = registered(1)
    bundle_path(bundle.bundle_id).unlink()
    with pytest.raises(BundleRefused, match="is missing from the store"):
        activate(bundle, None)


def test_it_releases_the_jobs_that_waited_for_a_model():
    waiting = Job.objects.create(kind="infer", idempotency_key="one", waiting_for="waiting: no model is in service")
    activate(registered(1), None)
    waiting.refresh_from_db()
    assert (waiting.waiting_for, waiting.state) == ("", "queued")


def test_it_leaves_the_arrays_in_the_file():
    manifest = {"gate": {"ood": {"mean": {"dtype": "float32", "shape": [2], "base64": "AAAA"}}}}
    assert without_arrays(manifest) == {"gate": {"ood": {"mean": {"dtype": "float32", "shape": [2]}}}}


def test_the_command_adds_lists_activates_and_rolls_back(tiny, capsys):
    call_command("bundle", "add", str(tiny), "--activate")
    bundle = DeployedBundle.objects.get()
    call_command("bundle", "list")
    assert capsys.readouterr().out.count(f"{bundle.short_id}  In service") == 2
    activate(registered(1), None)
    call_command("bundle", "rollback")
    assert in_service() == bundle.bundle_id
    with pytest.raises(CommandError, match="'xyz' names no bundles"):
        call_command("bundle", "activate", "xyz")
