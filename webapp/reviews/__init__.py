"""Reviews of single cases: what readers say of a model's answers, the failure scheme and its versions, lists and reports.

A clinical review is no reader study: studies lie above and use the scheme, its versions and the rows that are kept.
"""
