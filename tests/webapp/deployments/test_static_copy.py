"""What the pages get as static files."""

from pathlib import Path

from django.contrib.staticfiles.finders import find

from inference.colours import TOKENS


def test_pages_get_the_one_table_of_colours() -> None:
    assert Path(find("site/tokens.css")) == TOKENS
