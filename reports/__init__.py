"""Reports in one look: sections of words, tables and Plotly figures, as one HTML file or as parts of a page. No statistics of its
own, no Django."""
