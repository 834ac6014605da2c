"""Several networks as one: average voting, weights by a genetic algorithm, and the merged graph (methods.md §11)."""
