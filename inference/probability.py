"""A probability as people read it."""


def fraction(value: float | None) -> str:
    """.81 for 0.81; what rounds to .00 or 1.00 without being it is <.01 or >.99. The page's script writes the same (wording.ts)."""
    if value is None:
        return ""
    if 0 < value < 0.005:
        return "<.01"
    if 0.995 <= value < 1:
        return ">.99"
    return f"{value:.2f}".removeprefix("0") if value < 1 else "1.00"
