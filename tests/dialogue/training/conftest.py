import pytest

from dialogue.training.base_model import Base, load_base


@pytest.fixture(scope="session")
def packaged() -> Base:
    """The packaged model, read once (seconds); take a copy before changing it."""
    return load_base()
