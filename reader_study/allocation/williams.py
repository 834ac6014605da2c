"""Williams designs: rows of arms in which each arm stands first equally often and follows each other equally often.

Williams, Aust J Sci Res 1949. One Latin square for an even number of arms, a pair of mirrored squares for an odd one.
"""


def williams_rows(count: int) -> list[tuple[int, ...]]:
    """Rows of arm indices 0..count-1: `count` rows for even counts (and for 1), 2 * count rows for odd ones."""
    zigzag = [0]
    low, high = 1, count - 1
    while low <= high:
        zigzag.append(low)
        if low != high:
            zigzag.append(high)
        low, high = low + 1, high - 1
    rows = [tuple((start + step) % count for step in zigzag) for start in range(count)]
    return rows if count % 2 == 0 or count == 1 else rows + [row[::-1] for row in rows]
