"""What a model's threshold comes to in a project: its case mix, and the measured curve read for it."""
