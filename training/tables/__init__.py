"""The papers' tables: what each prints, how it is run again, and a page that sets both side by side."""
