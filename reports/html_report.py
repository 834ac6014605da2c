"""One self-contained HTML file: figures that work without a network, tables, and what they rest on."""

import html
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from inference.research_use import RESEARCH_LINE
from reports import theme


@dataclass(frozen=True)
class Table:
    """Header and rows of text; numbers are formatted by the caller."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """A heading, paragraphs, tables and figures, in this order."""

    title: str
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[go.Figure] = field(default_factory=tuple)


STYLE = f"""
body{{margin:0 auto;max-width:1080px;padding:24px;background:{theme.GROUND};color:{theme.TEXT};font:14px/1.5 {theme.FONT}}}
h1{{font-size:22px}} h2{{font-size:17px;margin-top:32px;border-top:1px solid {theme.LINE};padding-top:16px}}
table{{border-collapse:collapse;margin:12px 0;font-variant-numeric:tabular-nums}}
th,td{{text-align:left;padding:4px 14px 4px 0;border-bottom:1px solid {theme.LINE};vertical-align:top}}
th{{color:{theme.MUTED};font-weight:500}}
.research{{color:{theme.MODEL}}} .facts{{color:{theme.MUTED}}} figure{{margin:12px 0}}
@media print{{body{{background:#fff;color:#000;max-width:none;padding:0}}
th,.facts,.research{{color:#000}} tr{{break-inside:avoid}}}}
""".strip()
# A file without figures runs no script and loads nothing, whatever its text says.
NOTHING_LOADED = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html_report(title: str, facts: Sequence[tuple[str, str]], sections: Sequence[Section]) -> str:
    """The report as one page. facts: (name, value) lines such as protocol and lock hashes, shown under the title.

    All text is escaped; Plotly's script is inlined once and only where there is a figure. Without one the file carries a policy
    under which it runs and loads nothing.
    """
    figures = [(f"figure-{i}-{j}", shown) for i, own in enumerate(sections) for j, shown in enumerate(own.figures)]
    names = iter(name for name, _ in figures)
    body = "\n".join(_section(own, names) for own in sections)
    lines = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in facts)
    policy = "" if figures else f'<meta http-equiv="Content-Security-Policy" content="{NOTHING_LOADED}">'
    script = f"<script>{get_plotlyjs()}</script>\n{''.join(_draw(*own) for own in figures)}" if figures else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{policy}<title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{html.escape(title)}</h1>"
        f'<p class="research">{RESEARCH_LINE}</p><table class="facts">{lines}</table>\n{body}\n{script}</body></html>\n'
    )


def _section(section: Section, names: Iterator[str]) -> str:
    parts = [f"<h2>{html.escape(section.title)}</h2>"]
    parts += [f"<p>{html.escape(text)}</p>" for text in section.paragraphs]
    parts += [_table(table) for table in section.tables]
    parts += [f'<figure id="{next(names)}"></figure>' for _ in section.figures]
    return "\n".join(parts)


def _table(table: Table) -> str:
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in table.header)
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def figure_json(shown: go.Figure) -> str:
    """Plotly JSON that is safe inside a script element: `<` is escaped."""
    return str(shown.to_json()).replace("<", "\\u003c")


def sections_to_show(sections: Iterable[Section], name: str) -> list[dict[str, Any]]:
    """Sections with their figures as JSON for the page's script."""
    return [
        {
            "title": own.title,
            "paragraphs": own.paragraphs,
            "tables": own.tables,
            "figures": [(f"{name}-{i}-{j}", figure_json(one)) for j, one in enumerate(own.figures)],
        }
        for i, own in enumerate(sections)
    ]


def _draw(name: str, shown: go.Figure) -> str:
    options = json.dumps({"displaylogo": False, "responsive": True})
    return (
        f"<script>(function(){{var f={figure_json(shown)};"
        f"Plotly.newPlot({json.dumps(name)},f.data,f.layout,{options})}})()</script>\n"
    )
