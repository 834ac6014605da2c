"""Names that senders give to files. They are shown, and used for nothing else."""


def shown_path(path: str, length: int = 255) -> str:
    """A path without what leads anywhere: no root, drive, `.` or `..`, no control characters, `/` between folders.

    Longer than `length`: the end of it behind `…/`, since the folders next to a file tell it from others.
    """
    parts = [_printable(part) for part in path.replace("\\", "/").split("/")]
    parts = [part for part in parts if part.strip(" .") and not (len(part) == 2 and part[1] == ":")]
    whole = "/".join(parts)
    if len(whole) <= length:
        return whole or "unnamed"
    kept, room = [parts[-1][: length - 2]], length - 2 - len(parts[-1])
    for part in reversed(parts[:-1]):
        room -= len(part) + 1
        if room < 0:
            break
        kept.insert(0, part)
    return "/".join(["…", *kept])


def shown_name(path: str, length: int = 255) -> str:
    """The last part of a path as `shown_path` gives it, cut to `length`; "unnamed" when nothing is left."""
    last = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return _printable(last)[:length] or "unnamed"


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
