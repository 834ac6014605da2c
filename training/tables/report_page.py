"""The page of one reproduced table: self-contained HTML, made from the document of table.json alone.

Plotly's script stands in it once; nothing is fetched. Maps of made images are inside the page; those of real images stay
in the run folder and the page points to them there, so that a page passed on carries no radiograph.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from inference.colours import TOKENS
from inference.research_use import RESEARCH_LINE
from training.tables.experiment_file import where_printed
from training.tables.report_figures import (
    comparison_figure,
    confusion_figure,
    curves_figure,
    histogram_figure,
    reliability_figure,
)

Document = Mapping[str, Any]
Figures = dict[str, dict[str, Any]]

PAGE = Path(__file__).parent / "page"
PLOT_HEIGHT = 300
NOTICES = {
    "smoke": "Smoke run: made images, one optimisation step per stage, the first and the last row. It shows that this"
    " table's whole path works; its numbers mean nothing.",
    "small": "Small run on a small sample. It shows that the pipeline works on real images; its numbers are not results"
    " and say nothing about the paper.",
    "full": "",
}


def report_page(document: Document, folder: Path) -> str:
    """The page. folder: where table.json lies; maps are found from there."""
    figures: Figures = {}
    parts = [
        _top(document),
        _notices(document),
        "<h2>The table</h2>",
        comparison_table(document),
        _table_note(document),
        _comparisons(document, figures),
        _rows(document, figures, folder),
        _texts(document),
        _machine(document),
    ]
    title = _title(document)
    script = _json(figures)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{_text(title)}</title><style>{TOKENS.read_text(encoding='utf-8')}{_file('report.css')}</style></head><body><main>\n"
        + "\n".join(filter(None, parts))
        + f'\n<footer><span class="research">{RESEARCH_LINE}</span></footer></main>\n'
        f"<script>{get_plotlyjs()}</script>\n"
        f'<script type="application/json" id="figures">{script}</script>\n<script>{_file("report.js")}</script>\n'
        "</body></html>\n"
    )


def _file(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def _json(value: Any) -> str:
    """JSON that is safe inside a script element."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")


def _text(value: Any) -> str:
    return html.escape(str(value))


def _title(document: Document) -> str:
    place = where_printed(document["paper"], document["table"])
    return f"{place[0].upper()}{place[1:]}: {document['title']}"


def _top(document: Document) -> str:
    data = ", ".join(f"{own['name']} ({own['images']} images, {own['patients']} patients)" for own in document["data"])
    chips = (
        ("scale", document["scale"]),
        ("data", data or "none read"),
        ("rows", f"{sum(1 for row in document['rows'] if row['status'] == 'done')} of {document['rows_in_file']}"),
        ("time", _duration(document["seconds"])),
        ("finished", document["finished"]),
    )
    shown = "".join(f'<span class="chip">{_text(name)} <b>{_text(value)}</b></span>' for name, value in chips)
    return (
        f'<span class="research">{RESEARCH_LINE}</span>\n<h1>{_text(_title(document))}</h1>'
        f"\n<div class='chips'>{shown}</div>"
    )


def _notices(document: Document) -> str:
    parts = []
    text = NOTICES[document["scale"]]
    if document["scale"] == "small" and document["small_data"]:
        text = f"{text} Data: {document['small_data']}."
    if text:
        parts.append(f'<div class="notice">{_text(text)}</div>')
    if document["traps"]:
        items = "".join(f"<li>{_text(trap)}</li>" for trap in document["traps"])
        parts.append(f'<div class="notice traps"><b>Before comparing</b><ul>{items}</ul></div>')
    return "\n".join(parts)


def comparison_table(document: Document) -> str:
    """One line per row and printed column: paper, ours, difference, interval, n, mark."""
    columns = {own["key"]: own for own in document["columns"]}
    head = "".join(
        f"<th{' class=num' if name in ('paper', 'ours', 'difference', '95 % interval', 'n') else ''}>{name}</th>"
        for name in (
            "row",
            "column",
            "paper",
            "ours",
            "difference",
            "95 % interval",
            "n",
            "paper in our interval",
            "how",
        )
    )
    lines = []
    for row in document["rows"]:
        cells = [own for own in row["cells"] if own["key"] in columns]
        if not cells:
            lines.append(_line_without_cells(row))
        for index, own in enumerate(cells):
            name = f'<td class="name" rowspan="{len(cells)}">{_row_name(row)}</td>' if index == 0 else ""
            start = ' class="row-start"' if index == 0 else ""
            lines.append(f"<tr{start}>{name}{_cell(own, columns[own['key']])}</tr>")
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def _row_name(row: Document) -> str:
    seeds = f"<br><span class='faint'>seeds {', '.join(map(str, row['seeds']))}</span>" if len(row["seeds"]) > 1 else ""
    state = "" if row["status"] == "done" else f"<br><span class='failed'>{_text(row['note'])}</span>"
    return f"{_text(row['name'])}{seeds}{state}"


def _line_without_cells(row: Document) -> str:
    text = "the paper prints no number for this row" if row["status"] == "done" else _text(row["note"])
    return f'<tr class="row-start"><td class="name">{_row_name(row)}</td><td colspan="8" class="text muted">{text}</td></tr>'


def _cell(own: Document, column: Document) -> str:
    digits = column["digits"]
    unit = " %" if column["percent"] else ""
    paper = _number(own["paper"], digits, unit)
    if own["paper_sd"] is not None:
        paper += f" ± {_number(own['paper_sd'], digits)}"
    ours = _number(own["ours"], digits, unit)
    if own["ours_sd"] is not None:
        ours += f" ± {_number(own['ours_sd'], digits)}"
    interval = "—" if own["ci"] is None else f"{_number(own['ci'][0], digits)} – {_number(own['ci'][1], digits)}"
    mark = {True: '<span class="mark yes">yes</span>', False: '<span class="mark no">no</span>'}.get(own["agrees"], "—")
    difference = "—" if own["difference"] is None else f"{own['difference']:+,.{digits}f}"
    how = "; ".join(filter(None, (own["method"], own["note"])))
    n = "—" if own["n"] is None else f"{own['n']:,}"
    return (
        f'<td>{_text(column["heading"])}</td><td class="num paper">{paper}</td><td class="num ours">{ours}</td>'
        f'<td class="num">{difference if column["comparable"] else "—"}</td><td class="num">{interval}</td>'
        f'<td class="num">{n}</td><td>{mark}</td><td class="text faint">{_text(how)}</td>'
    )


def _number(value: float | None, digits: int, unit: str = "") -> str:
    return "—" if value is None else f"{value:,.{digits}f}{unit}"


def _table_note(document: Document) -> str:
    seeds = any(len(row["seeds"]) > 1 for row in document["rows"])
    runs = (
        " Rows of several seeds show mean ± sd; their interval is Student's: of the mean where the paper prints ±, of one"
        " further run where it prints one run."
        if seeds
        else ""
    )
    return (
        '<p class="muted">“Paper in our interval” says whether the printed value lies in the 95 % interval of our run. It is'
        f" reported, never asserted.{_text(runs)}</p>"
    )


def _comparisons(document: Document, figures: Figures) -> str:
    """One forest plot for each of the first columns that two or more rows have."""
    drawn: list[str] = []
    for column in document["columns"]:
        rows = [(row["name"], own) for row in document["rows"] for own in row["cells"] if own["key"] == column["key"]]
        usable = [own for _, own in rows if own["ours"] is not None]
        if not column["comparable"] or not usable or len(rows) < 2 or len(drawn) == 6:
            continue
        name = f"compare-{len(drawn)}"
        figures[name] = comparison_figure([own for own, _ in rows], [own for _, own in rows])
        unit = ", %" if column["percent"] else ""
        height = figures[name]["layout"]["height"]
        drawn.append(_figure(name, f"{column['heading']}{unit}", height))
    return f'<h2>Side by side</h2><div class="figures">{"".join(drawn)}</div>' if drawn else ""


def _figure(name: str, caption: str, height: int = PLOT_HEIGHT) -> str:
    plot = f'<div class="plot" style="height:{height}px" id="{_text(name)}"></div>'
    return f"<figure>{plot}<figcaption>{_text(caption)}</figcaption></figure>"


def _rows(document: Document, figures: Figures, folder: Path) -> str:
    parts = ["<h2>Row by row</h2>"]
    for index, row in enumerate(document["rows"]):
        drawn = list(_row_figures(row, f"row-{index}", figures))
        facts = "".join(
            f'<span class="chip">{_text(name)} <b>{_text(value)}</b></span>' for name, value in row["facts"]
        )
        maps = _maps(row, folder)
        lists = _lists(row)
        if drawn or facts or maps or lists:
            body = f'<div class="figures">{"".join(drawn)}</div>' if drawn else ""
            parts.append(f"<h3>{_text(row['name'])}</h3><div class='chips'>{facts}</div>{body}{lists}{maps}")
    return "\n".join(parts) if len(parts) > 1 else ""


def _row_figures(row: Document, name: str, figures: Figures) -> Iterator[str]:
    if row["curves"]:
        figures[f"{name}-curves"] = curves_figure(row["curves"])
        best = row["curves"].get("epoch", [])
        yield _figure(f"{name}-curves", f"Learning curves, {len(best)} epoch{'s' if len(best) != 1 else ''}")
    for label, own in row["reliability"].items():
        figures[f"{name}-reliability-{label}"] = reliability_figure(own["raw"], own["calibrated"])
        yield _figure(
            f"{name}-reliability-{label}", f"Reliability of {label}: 15 bins of equal width, cases per bin below"
        )
    for own in row["distributions"]:
        figures[f"{name}-{own['key']}"] = histogram_figure(own["values"], own["paper"])
        line = "; dotted: the paper's best image" if own["paper"] is not None else ""
        yield _figure(f"{name}-{own['key']}", f"{own['title']}, {len(own['values'])} true positives{line}")
    for label, own in row["confusion"].items():
        figures[f"{name}-confusion-{label}"] = confusion_figure(own["classes"], own["counts"])
        yield _figure(f"{name}-confusion-{label}", f"Confusion{': ' + label if label else ''}, counts")


def _lists(row: Document) -> str:
    """Tables that a row of another kind brings: image lists of the error analysis, trials of a search."""
    parts = []
    for own in row["tables"]:
        head = "".join(f"<th>{_text(name)}</th>" for name in own["header"])
        body = "".join(
            "<tr>" + "".join(f"<td class='text'>{_text(cell)}</td>" for cell in line) + "</tr>" for line in own["rows"]
        )
        parts.append(
            f"<details><summary>{_text(own['title'])}</summary><div class='scroll'><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div><p></p></details>"
        )
    return "".join(parts)


def _maps(row: Document, folder: Path) -> str:
    shown = []
    for own in row["maps"]:
        path = folder / own["path"]
        if not path.is_file():
            continue
        if own["is_made"]:
            source = f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
        else:
            source = html.escape(own["path"], quote=True)
        shown.append(
            f'<figure><img alt="{_text(own["caption"])}" src="{source}"><figcaption>{_text(own["caption"])}</figcaption></figure>'
        )
    if not shown:
        return ""
    where = (
        ""
        if row["maps"][0]["is_made"]
        else '<p class="muted">These pictures show real images: they stay in the run folder and are not part of this page.</p>'
    )
    return f'{where}<div class="maps">{"".join(shown)}</div>'


def _texts(document: Document) -> str:
    choices = "".join(f"<li>{_text(choice)}</li>" for choice in document["choices"])
    file = _text(document["file_text"])
    return (
        f"<h2>What this rests on</h2><p>Needs: {_text(document['needs'])}.</p>"
        + (f"<p>Where the paper is silent, ours:</p><ul>{choices}</ul>" if choices else "")
        + f"<details><summary>{_text(document['experiment'])}.toml, as run</summary><pre>{file}</pre></details>"
    )


def _machine(document: Document) -> str:
    lines = []
    for row in document["rows"]:
        seeds = ", ".join(map(str, row["seeds"]))
        lines.append(
            f"<tr><td>{_text(row['name'])}</td><td>{_text(row['kind'])}</td><td class='num'>{_text(seeds)}</td>"
            f"<td class='num'>{_duration(row['seconds'])}</td><td>{_text(row['status'])}</td></tr>"
        )
    data = "".join(
        f"<tr><td>{_text(own['name'])}</td><td>{_text(own['images'])}</td><td>{_text(own['patients'])}</td>"
        f"<td class='text'><code>{_text(own['fingerprint'])}</code></td></tr>"
        for own in document["data"]
    )
    environment = "".join(
        f"<tr><td>{_text(name)}</td><td class='text'>{_text(value)}</td></tr>" for name, value in document["machine"]
    )
    return (
        "<h2>Machine, versions, seeds, time</h2>"
        "<div class='scroll'><table><thead><tr><th>row</th><th>kind</th><th class='num'>seeds</th><th class='num'>time</th>"
        f"<th>state</th></tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
        "<h3>Data</h3><div class='scroll'><table><thead><tr><th>set</th><th>images</th><th>patients</th><th>fingerprint</th>"
        f"</tr></thead><tbody>{data}</tbody></table></div>"
        f"<details><summary>Hardware and versions</summary><table><tbody>{environment}</tbody></table><p></p></details>"
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
