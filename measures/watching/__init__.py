"""What a model in service is watched by: change found by CUSUM, shifts of scores and embeddings, weighted figures of labels, and
figures without labels."""
