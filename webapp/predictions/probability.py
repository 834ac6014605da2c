"""A probability as people read it."""


def fraction(value: float | None) -> str:
    """.81 for 0.81; 1.00 and .00 are only for what rounds there and is written <.01 and >.99 unless exact."""
    if value is None:
        return ""
    if 0 < value < 0.005:
        return "<.01"
    if 0.995 <= value < 1:
        return ">.99"
    return f"{value:.2f}".removeprefix("0") if value < 1 else "1.00"
