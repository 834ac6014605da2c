"""A report as one file and as parts of a page: text is escaped, figures are data."""

import json

import pytest

from inference.research_use import RESEARCH_LINE
from reports.html_report import Section, Table, figure_json, html_report, sections_to_show
from reports.theme import figure

SCRIPT = "</script><script>alert(1)</script>"


def test_one_file_has_plotly_only_where_there_is_a_figure() -> None:
    words = Section("Words", ["a & b"], [Table(["n"], [["1"]])])
    without, with_figure = (html_report("Study", [], sections) for sections in ([words], [words, _drawn("x")]))
    assert "plotly" not in without.lower()
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'" in without
    assert with_figure.count("Plotly.newPlot(") == 1
    for page in (without, with_figure):
        assert RESEARCH_LINE in page
        assert "<p>a &amp; b</p>" in page


def test_no_text_of_a_figure_ends_its_script() -> None:
    text = figure_json(_drawn(SCRIPT).figures[0])
    assert "<" not in text
    assert json.loads(text)["layout"]["title"]["text"] == SCRIPT


def test_parts_of_a_page_name_each_figure_by_its_place() -> None:
    drawn = _drawn("x")
    shown = sections_to_show([Section("Words"), Section("Two", (), (), [*drawn.figures, *drawn.figures])], "failures")
    assert [[name for name, _ in own["figures"]] for own in shown] == [[], ["failures-1-0", "failures-1-1"]]
    assert [own["title"] for own in shown] == ["Words", "Two"]


@pytest.mark.parametrize("text", [SCRIPT, "<img src=x>"])
def test_titles_facts_and_cells_are_escaped(text: str) -> None:
    page = html_report(text, [(text, text)], [Section(text, [text], [Table([text], [[text]])])])
    assert text not in page


def _drawn(title: str) -> Section:
    return Section("Figure", (), (), [figure(title, "x", "y")])
