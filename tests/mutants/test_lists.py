"""The lists of mutants fit the tree: a line that moved takes its mutant with it."""

from tools import mutate


def test_every_mutant_finds_its_line_exactly_once_and_its_tests():
    assert mutate.complaints(mutate.ROOT, mutate.read_lists(mutate.ROOT)) == []
