"""Earlier images of the same patient and the other view of the same study: who counts as the same person (`identity`), what can
be compared (`exam_kind`), which came before and how long (`interval`, `prior_images`). It knows no model's output and sends none.
"""
