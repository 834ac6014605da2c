"""A card becomes blocks; nothing of it becomes HTML."""

from django.template.loader import render_to_string

from webapp.deployments.card_blocks import Block, card_blocks
from webapp.deployments.manifest_rows import measured, metric_rows

CARD = """# Demo model

For **research** only,
in two lines.

- first
- second
  goes on

| measure | value |
|---|---|
| AUC | `0.83` |

```
make demo-model
```
"""


def test_it_reads_the_blocks_of_a_card():
    assert card_blocks(CARD) == [
        Block("heading", "Demo model", level=2),
        Block("paragraph", "For research only, in two lines."),
        Block("items", items=["first", "second goes on"]),
        Block("table", rows=[["measure", "value"], ["AUC", "0.83"]]),
        Block("code", "make demo-model\n"),
    ]


def test_it_prints_script_in_a_card_as_text():
    blocks = card_blocks("# <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n- [x](javascript:alert(1))\n")
    page = "".join(f"{block.text}{block.items}" for block in blocks)
    assert "<script>" in page  # kept as data ...
    template = render_to_string("deployments/card.html", {"blocks": blocks})
    assert "<script" not in template  # ... and escaped by the template
    assert "<img" not in template
    assert "href" not in template


def test_it_prints_a_value_with_interval_and_noise():
    assert measured({"value": 0.8312, "ci": [0.79, 0.87], "n": 120}) == "0.831 (95 % CI 0.79 to 0.87, n 120)"
    assert measured({"value": 0.04, "noise_floor": 0.02}) == "0.04 (noise floor 0.02)"
    assert measured(None) == "not stated"


def test_it_names_each_metric_by_its_path():
    manifest = {"evidence": {"metrics": {"auc": {"opacity": {"value": 0.8}}, "n": 5}}}
    assert metric_rows(manifest) == [("auc / opacity", "0.8"), ("n", "5")]
