"""Names that senders give to files. They are shown, and used for nothing else."""


def shown_name(name: str, length: int = 255) -> str:
    """The last part of a path, without control characters, cut to `length`; "unnamed" when nothing is left."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    printable = "".join(character for character in last if character.isprintable())
    return printable[:length] or "unnamed"
