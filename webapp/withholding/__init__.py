"""Scores of a project that are withheld from everybody, since when and by which rule, until a named person lifts it."""
