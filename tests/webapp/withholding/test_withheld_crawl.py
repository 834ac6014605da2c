"""While scores are withheld no number, map or box of the model gets out by any address, whoever asks."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.webapp.sentinel.test_sentinel_crawl import by_token, leaks
from webapp.predictions.models import Prediction
from webapp.withholding.models import Withholding
from webapp.withholding.steps import lift_withholding

pytestmark = pytest.mark.django_db


def test_nothing_of_the_model_gets_out_by_any_address(
    result: Prediction, withheld: Withholding, signed_in: Callable[..., Client]
) -> None:
    people = [signed_in("radiologist", "reader"), signed_in("manager"), by_token(signed_in("admin").person)]  # type: ignore[attr-defined]
    assert [leaks(client, result.image) for client in people] == [[], [], []]
    lift_withholding(withheld, people[1].person, "looked at")  # type: ignore[attr-defined]
    seen = {leak.split(": ")[0] for leak in leaks(people[0], result.image)}
    assert {f"/api/images/{result.image_id}/predictions/", "/?state=all&sort=-finding"} <= seen  # type: ignore[attr-defined]
