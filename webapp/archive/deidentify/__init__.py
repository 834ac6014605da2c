"""De-identified copies of stored radiographs: default deny by a table, pseudonyms and UIDs by a project's own key.

`release.py` is the door. What reads a file (`child.py` and the modules it imports) runs in a sandboxed child and knows no Django.
"""
