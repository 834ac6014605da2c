"""The stop rules of the change plan in force: read every few minutes, acted on once, lifted by a named person."""
