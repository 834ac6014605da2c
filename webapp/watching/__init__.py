"""How the model in service does while it is in use: what comes, what it says, what readers make of it, and what the signals of stop
rules read now. Nothing is stopped here: a room above acts on `signals`."""
