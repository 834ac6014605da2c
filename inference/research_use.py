"""The line that every picture, report and page of results carries."""

RESEARCH_LINE = "Research use only — not for diagnosis"
