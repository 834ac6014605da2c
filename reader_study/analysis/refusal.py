"""Data that an analysis refuses: one line that names file, row, column, value and what is allowed."""


class DataRefused(ValueError):
    """The input cannot be analysed as asked; the message is the one line a person needs."""
