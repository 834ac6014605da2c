"""The refusal of a bundle, for those who need no model to say it."""


class BundleError(Exception):
    """A bundle that is refused. bundle: the file's name; check: which check failed; message: values and what is allowed."""

    def __init__(self, bundle: str, check: str, message: str) -> None:
        super().__init__(bundle, check, message)
        self.bundle = bundle
        self.check = check
        self.message = message

    def __str__(self) -> str:
        return f"bundle {self.bundle}: {self.check}: {self.message}"
