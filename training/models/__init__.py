"""Networks: trunks, heads and the two-headed network that a bundle is made from (methods.md §5)."""
