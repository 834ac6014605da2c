"""Fixtures shared by all rooms' tests."""

import gc
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inference.bundle_child import CheckedBundle, check_in_child
from inference.file_sha256 import file_sha256
from tests.migrated_database import copy_instead_of_migrating
from webapp import built_viewer

TESTS = Path(__file__).resolve().parent
REPOSITORY = TESTS.parent


def shared_data_folder(subfolder: str = "") -> Path:
    """The folder of real radiographs: SIGHTLINE_TEST_DATA, or shared/data beside the project."""
    root = Path(os.environ.get("SIGHTLINE_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    return root / subfolder


# Files by their path below tests/; `tests/test_named_test_files.py` holds them to be there.
# Files of few tests that take long: where files are shared between processes, one of them at the end would be waited for alone.
LONG_FILES = (
    "webapp/sentinel/test_sentinel_crawl_of_studies.py", "webapp/sentinel/test_sentinel_crawl.py",
    "reader_study/studies/test_blinding_crawl.py", "training/backbones/test_gradcam_parity.py",
    "browser/test_reader_study.py", "browser/test_model_cycle.py", "browser/test_morning.py",
    "browser/test_accessible.py", "browser/test_hanging.py", "browser/test_bad_days.py",
)  # fmt: skip


# Hostile files, exports and simulations, seconds each: `make check` leaves them to `make test`.
SLOW_FILES = {
    "hostile/test_hostile_uploads.py", "hostile/test_manifest_uploads.py", "hostile/test_hostile_files.py",
    "hostile/test_case_uploads.py", "inference/test_bundle_child.py", "inference/test_hostile_bundles.py", "inference/test_cli.py",
    "inference/thorax/test_find_frame.py", "measures/test_operating_curve.py", "tools/test_mutate.py",
    "webapp/predictions/test_reproduce.py", "webapp/predictions/test_wanted_run.py", "webapp/reviews/test_site_proposals.py",
    "webapp/test_map_layer_row.py", "webapp/training_set/test_export.py", "webapp/training_set/test_loop.py",
    "webapp/change_plans/test_demo_plan.py", "webapp/rehearsals/test_rehearse.py", "webapp/rehearsals/test_before_service.py",
    "webapp/retraining/test_work.py", "webapp/deployments/test_in_service_migration.py",
    "webapp/silent_trials/test_silence.py", "webapp/withholding/test_withheld_crawl.py",
}  # fmt: skip


# Whole studies made through the services take a second or more each, and are left out likewise, but for
# who gets what, asked of every address: these run before every commit, whatever they take.
STUDIES = ("reader_study/studies/test_", "reader_study/pages/test_")
ALWAYS = {
    "reader_study/studies/test_permission_matrix.py", "reader_study/pages/test_page_permissions.py",
    "reader_study/studies/test_blinding_crawl.py", "reader_study/studies/test_rows_come_from_visible.py",
    "reader_study/studies/test_hidden_layers.py", "reader_study/studies/test_washout_and_pause.py",
}  # fmt: skip


def path_below_tests(path: Path) -> str:
    """With forward slashes; a bare name would be shared by files that have nothing to do with each other."""
    return path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else ""


def is_slow_file(path: Path) -> bool:
    name = path_below_tests(path)
    return name in SLOW_FILES or (name.startswith(STUDIES) and name not in ALWAYS)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file of which `-m "not slow …"` would leave out every test is not read at all."""
    return True if config.option.markexpr.startswith("not slow") and is_slow_file(collection_path) else None


def pytest_collection_finish() -> None:
    """What was collected stays until the end: to look through it again and again for garbage took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    if is_slow_file(item.path):
        item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first. Browser tests come last: Playwright keeps an event loop running, and other tests start their own."""
    items.sort(
        key=lambda item: (item.get_closest_marker("browser") is not None, path_below_tests(item.path) not in LONG_FILES)
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        copy_instead_of_migrating(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def a_bundle_is_checked_once() -> Iterator[None]:
    """A file whose very bytes a child has passed is not checked by another one: half a second each, a hundred times.

    Nothing is remembered of a refusal or a fault. The check itself has tests of its own, which do not come through here.
    """
    from webapp.deployments import services

    passed: dict[str, CheckedBundle] = {}

    def check(path: Path) -> CheckedBundle:
        content = file_sha256(path)
        if content not in passed:
            passed[content] = check_in_child(path)
        return passed[content]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "check_in_child", check)
        yield


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """Gives a folder of the test data by name, or skips with the path that is missing."""

    def find(subfolder: str) -> Path:
        folder = shared_data_folder(subfolder)
        if not folder.exists():
            pytest.skip(f"test data {folder} are missing; set SIGHTLINE_TEST_DATA to their folder")
        return folder

    return find


@pytest.fixture(scope="session")
def stand_in_manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest that names a file for each page's entry. The files themselves are not there."""
    entries = {
        f"src/{name}.tsx": {"file": f"assets/{name}.js", "isEntry": True}
        for name in ("reading", "study_reading", "truth_vote", "key_settings")
    }
    manifest = tmp_path_factory.mktemp("viewer") / "manifest.json"
    manifest.write_text(json.dumps(entries))
    return manifest


@pytest.fixture(autouse=True)
def viewer_as_if_built(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, stand_in_manifest: Path
) -> None:
    """Pages are the same whether `make frontend` has run or not: only a browser needs the files that the manifest names."""
    if request.node.get_closest_marker("browser") is None:
        monkeypatch.setattr(built_viewer, "MANIFEST", stand_in_manifest)
