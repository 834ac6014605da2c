"""Rows as the API answers them: every field is named, nothing else leaves the server."""
