"""Why a photo, or what came with it, is not taken."""


class PhotoRefused(Exception):
    """The photo, the consent or the place for the pack won't do.

    Attributes: ``code`` (for a machine: ``several-faces``), ``problem`` and ``remedy`` (sentences for a person).
    """

    def __init__(self, code: str, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.code = code
        self.problem = problem
        self.remedy = remedy
