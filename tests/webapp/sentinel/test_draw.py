"""Which images are drawn: the share is right, keyed, the same for the same file, and kept as it was at its first moment."""

import itertools
import math
import uuid

import pytest
from django.conf import LazySettings

from tests.webapp.viewer.case_factory import make_image
from webapp.archive.ingest import image_stored_hooks
from webapp.archive.models import Project
from webapp.reviews.models.kept_row import AppendOnlyViolation
from webapp.sentinel.draw import draw_new_image, is_drawn
from webapp.sentinel.models import SentinelDraw

N = 20_000
KEY = "a key that no table holds"


@pytest.fixture(autouse=True)
def fixed_key(settings: LazySettings) -> None:
    settings.SECRET_KEY = KEY


def uids(kind: str) -> list[str]:
    """In a row, as one machine numbers them, or by chance."""
    if kind == "in a row":
        return [f"1.2.826.0.1.3680043.8.498.{number}" for number in range(N)]
    return [f"2.25.{uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128).int}" for number in range(N)]


def within_three_errors(count: int, total: int, share: float) -> bool:
    return abs(count / total - share) <= 3 * math.sqrt(share * (1 - share) / total)


@pytest.mark.parametrize("kind", ["in a row", "by chance"])
@pytest.mark.parametrize("share", [1, 5, 50, 95])
def test_the_share_is_right(kind: str, share: int) -> None:
    draws = [is_drawn(uid, share) for uid in uids(kind)]
    assert within_three_errors(sum(draws), N, share / 100)
    # Whatever the place: among every second one, and after a drawn one as after any.
    assert within_three_errors(sum(draws[::2]), N // 2, share / 100)
    after = [now for before, now in itertools.pairwise(draws) if before]
    assert within_three_errors(sum(after), len(after), share / 100)


def test_none_and_all() -> None:
    assert not any(is_drawn(uid, 0) for uid in uids("in a row"))
    assert all(is_drawn(uid, 100) for uid in uids("in a row"))


def test_without_the_key_nothing_is_known_of_it(settings: LazySettings) -> None:
    """Draws under two keys are as good as unrelated: both hit 25 % of half and half."""
    first = [is_drawn(uid, 50) for uid in uids("in a row")]
    settings.SECRET_KEY = "another key"
    second = [is_drawn(uid, 50) for uid in uids("in a row")]
    assert within_three_errors(sum(a and b for a, b in zip(first, second, strict=True)), N, 0.25)


def test_a_larger_share_keeps_what_a_smaller_one_draws() -> None:
    assert all(is_drawn(uid, 20) for uid in uids("in a row") if is_drawn(uid, 5))


@pytest.mark.django_db
def test_the_archive_draws_every_image_that_it_stores() -> None:
    assert draw_new_image in image_stored_hooks


@pytest.mark.django_db
def test_the_draw_keeps_the_share_of_its_moment_and_is_made_once() -> None:
    project = Project.default()
    images = [make_image() for _ in range(3)]
    for image, share in zip(images, (100, 0, 37), strict=True):
        Project.objects.filter(pk=project.pk).update(sentinel_share=share)
        draw_new_image(image)  # its own copy of the project is old: the share of this moment counts
    kept = [SentinelDraw.objects.get(image=image) for image in images]
    assert [draw.probability for draw in kept] == [1.0, 0.0, 0.37]
    assert [draw.is_drawn for draw in kept] == [True, False, is_drawn(images[2].sop_instance_uid, 37)]
    Project.objects.filter(pk=project.pk).update(sentinel_share=0)
    assert SentinelDraw.objects.get(image=images[0]).is_drawn
    kept[0].is_drawn = False
    with pytest.raises(AppendOnlyViolation):
        kept[0].save()
    with pytest.raises(AppendOnlyViolation):
        SentinelDraw.objects.update(is_drawn=False)


@pytest.mark.django_db
def test_the_same_file_in_another_row_has_the_same_draw() -> None:
    """Taken away and sent again, it is another row and the same image."""
    project = Project.default()
    Project.objects.filter(pk=project.pk).update(sentinel_share=50)
    for number in range(20):
        rows = []
        for _ in range(2):
            image = make_image(sop_instance_uid=f"1.2.840.{number}")
            draw_new_image(image)
            rows.append(SentinelDraw.objects.get(image=image).is_drawn)
            image.delete()
        assert rows[0] == rows[1]
