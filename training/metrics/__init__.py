"""What a classifier and its maps are measured by, each with its confidence interval (methods.md §9, §10, §12.2)."""
