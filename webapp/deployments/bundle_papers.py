"""Papers about one bundle that rooms above make: each registers in its AppConfig.ready, and the model's page links to it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from webapp.accounts.models import User


@dataclass(frozen=True)
class BundlePaper:
    """place: low stands first. address: name of a page that takes `bundle_id`. is_for: who may have it; None: everybody."""

    place: int
    title: str
    address: str
    is_for: Callable[[User], bool] | None = None


bundle_papers: list[BundlePaper] = []


def papers_of(bundle_id: str, person: User) -> list[tuple[str, str]]:
    """Title and address of each that the person may have, in order of place."""
    papers = sorted(bundle_papers, key=lambda paper: paper.place)
    return [
        (paper.title, reverse(paper.address, kwargs={"bundle_id": bundle_id}))
        for paper in papers
        if paper.is_for is None or paper.is_for(person)
    ]
