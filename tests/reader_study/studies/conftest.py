"""The statistics' bootstrap is tested where it lives; here a short one keeps every lock cheap."""

import pytest

from reader_study.analysis.agreement import result


@pytest.fixture(autouse=True)
def short_bootstrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result, "DRAWS", 20)
