"""A model card (Markdown) as plain blocks that a template prints with escaping on.

No HTML is made here and none passes through: a card comes from a file that somebody uploaded. Known blocks: headings,
paragraphs, list items, tables, code. Marks inside a line (**, `) are dropped, everything else is shown as written.
"""

import re
from dataclasses import dataclass, field

HEADING = re.compile(r"(#{1,6})\s+(.*)")
ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+(.*)")
TABLE_RULE = re.compile(r"\|?[\s:|-]+\|?")
FENCE = "```"
MARKS = re.compile(r"\*\*|__|`")


@dataclass
class Block:
    """kind: heading, paragraph, items, table or code. `rows` of a table start with its header."""

    kind: str
    text: str = ""
    level: int = 0
    items: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def card_blocks(card: str) -> list[Block]:
    """Blocks in the order of the card."""
    blocks: list[Block] = []
    is_code = False
    for line in card.splitlines():
        if line.strip().startswith(FENCE):
            is_code = not is_code
            if is_code:
                blocks.append(Block("code"))
        elif is_code:
            blocks[-1].text += line + "\n"
        else:
            _take(line, blocks)
    return [block for block in blocks if block.kind != "gap"]


def _take(line: str, blocks: list[Block]) -> None:
    """Adds one line outside code to the last block, or starts a new one."""
    last = blocks[-1] if blocks else Block("gap")
    text = line.strip()
    if not text:
        blocks.append(Block("gap"))
    elif heading := HEADING.match(text):
        blocks.append(Block("heading", _plain(heading.group(2)), level=min(len(heading.group(1)) + 1, 4)))
    elif text.startswith("|"):
        if last.kind != "table":
            last = Block("table")
            blocks.append(last)
        if not TABLE_RULE.fullmatch(text):
            last.rows.append([_plain(cell.strip()) for cell in text.strip("|").split("|")])
    elif item := ITEM.match(line):
        if last.kind != "items":
            last = Block("items")
            blocks.append(last)
        last.items.append(_plain(item.group(1)))
    elif last.kind == "items":
        last.items[-1] += " " + _plain(text)
    elif last.kind == "paragraph":
        last.text += " " + _plain(text)
    else:
        blocks.append(Block("paragraph", _plain(text)))


def _plain(text: str) -> str:
    return MARKS.sub("", text)
