"""The page of models shows what rooms above register, in their order, to whom they choose."""

import pytest
from django.http import HttpRequest
from django.template import engines

from webapp.deployments.desk import DeskSection, desk_sections, rendered_sections

pytestmark = pytest.mark.django_db


@pytest.fixture
def sections(monkeypatch: pytest.MonkeyPatch) -> list[DeskSection]:
    rows: list[DeskSection] = []
    monkeypatch.setattr("webapp.deployments.desk.desk_sections", rows)
    monkeypatch.setattr(
        "webapp.deployments.desk.render_to_string",
        lambda name, context, request: engines["django"].from_string(f"<p>{name} {{{{ word }}}}</p>").render(context),
    )
    return rows


def test_sections_stand_in_their_order_and_none_for_whom_there_is_nothing(sections: list[DeskSection]) -> None:
    sections += [
        DeskSection(20, "later", lambda request: {"word": "<b>"}),
        DeskSection(10, "first", lambda request: {"word": "one"}),
        DeskSection(5, "hidden", lambda request: None),
    ]
    assert rendered_sections(HttpRequest()) == ["<p>first one</p>", "<p>later &lt;b&gt;</p>"]


def test_the_page_shows_them(admin_client, sections: list[DeskSection]) -> None:  # type: ignore[no-untyped-def]
    sections.append(DeskSection(1, "mine", lambda request: {"word": request.user.username}))
    page = admin_client.get("/models/").content.decode()
    assert "<p>mine admin</p>" in page


def test_the_list_begins_empty_or_with_what_rooms_registered() -> None:
    assert all(section.template.endswith(".html") for section in desk_sections)
