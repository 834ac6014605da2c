"""What a person may be shown of a model's answer, and when: answer first and the model after, embargoes in lists, and the text
that hashes are taken over.

Reviews of single cases and reader studies both rest on it. Whose embargoes there are is not known here: rooms above
register theirs with `webapp.accounts.policy`.
"""
