"""The same tests on the other database: claims, fences, uploads, reviews and the registry of models on PostgreSQL.

All web tests run there with SIGHTLINE_TEST_DATABASE_URL=postgres://…; these are the ones whose promises rest on what the
database does with two writers at once.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SUBSET = (
    "tests/webapp/work/test_claim.py",
    "tests/webapp/work/test_lease.py",
    "tests/webapp/work/test_batch.py",
    "tests/webapp/work/test_worker.py",
    "tests/webapp/work/test_readiness.py",
    "tests/webapp/test_server_error.py",
    "tests/webapp/predictions/test_requests.py",
    "tests/webapp/predictions/test_infer.py",
    "tests/webapp/archive/upload/test_upload_api.py",
    "tests/webapp/archive/test_image_api.py",
    "tests/webapp/archive/test_quota.py",
    "tests/webapp/test_kept_in_step.py",
    "tests/webapp/audit",
    "tests/webapp/deployments/test_services.py",
    "tests/webapp/viewer/test_worklist.py",
    "tests/webapp/viewer/test_embargo.py",
    "tests/webapp/viewer/test_random_worklists.py",
    "tests/webapp/reviews/test_image_reviews.py",
    "tests/webapp/reviews/test_append_only.py",
)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_core_holds_on_postgresql(postgres_url: str) -> None:
    environment = {**os.environ, "SIGHTLINE_TEST_DATABASE_URL": postgres_url}
    environment.pop("PYTEST_CURRENT_TEST", None)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "not slow and not browser",
        *SUBSET,
    ]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout.splitlines()[-1]
