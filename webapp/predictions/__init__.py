"""What bundles say about images: the job that explains them, results, maps and their API."""
