"""What stands above the card of the base in the card of a derived bundle."""

from typing import Any

from inference.bundle import Bundle

FOLLOWS = (
    "Operating points, measured points and conformal thresholds were moved along the new curves, so that the same images lie above"
    " them as before: sensitivity and specificity are those that the base measured, on the base's cases. On this site they were not"
    " measured, and that a conformal set holds the truth is promised for cases like the base's alone."
)


def card_above(name: str, base: Bundle, report: dict[str, dict[str, Any]]) -> str:
    """Markdown."""
    lines = [
        f"# {name} {base.version}",
        "",
        f"The network of {base.name} {base.version} ({base.id[:12]}), unchanged to the bit in logits, maps and embedding."
        " Calibrators were refitted on what readers of one site said before the model was shown, each answer weighted by the"
        " inverse of the chance that it was asked for. Figures are of that site, by a curve that did not see the patient (95 %"
        " intervals).",
        "",
        "| finding | with, without | patients | log loss before, after | ECE before, after |",
        "|---|---|---|---|---|",
    ]
    lines += [_row(own) for own in report.values()]
    lines += [
        "",
        FOLLOWS,
        "",
        "**Research use only — not for diagnosis.**",
        "",
        "What follows is the card of the base.",
    ]
    return "\n".join(lines)


def _row(own: dict[str, Any]) -> str:
    counts = f"| {own['title']} | {own['positives']}, {own['negatives']} | {own['patients']} |"
    if own["code"]:
        return f"{counts} keeps its calibrator: {own['text']} | |"
    return f"{counts} {_pair(own['log_loss'])} | {_pair(own['ece'])} |"


def _pair(figures: list[list[float]]) -> str:
    return ", ".join(f"{value:.3f} ({low:.3f} … {high:.3f})" for value, low, high, _ in figures)
