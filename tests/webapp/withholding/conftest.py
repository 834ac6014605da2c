"""A result that tells all, and its project withheld."""

from typing import Any

import pytest
from django.conf import LazySettings

from tests.webapp.sentinel.test_sentinel_crawl import tell_all
from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.predictions.models import Prediction
from webapp.withholding.models import Withholding
from webapp.withholding.steps import withhold


@pytest.fixture
def result(settings: LazySettings, tmp_path: Any) -> Prediction:
    settings.MAP_DIR = tmp_path
    make_result(make_image(minutes_ago=30), probability=0.3)
    return tell_all(make_image(minutes_ago=20))


@pytest.fixture
def withheld(result: Prediction) -> Withholding:
    return withhold(result.image.project, "S2", "P-4", "AUC is 0.6")
