"""Gates of a rehearsal: a candidate against the model in service on the same cases, each with an interval and a verdict."""
