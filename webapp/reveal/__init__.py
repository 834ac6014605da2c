"""What a person may be shown of a model's answer, and when.

Answer first and the model after (`answer_first`, `answer_row`); whose images are under embargo, one by one and in lists
(`embargoed`, `image_filters`); which bytes were shown, of the image and of the model's output (`shown_image`, `shown_output`,
`canonical_json`). Reviews of single cases and reader studies both rest on it. Whose embargoes and whose answers they are is not
known here: rooms above register their embargoes with `webapp.accounts.policy` and keep their rows.
"""
