"""The whole product as a person starts it: `talkback serve` in a process of its own, on a free port."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 60.0
STOP_SECONDS = 6.0
"""SIGTERM ends the sentence and exits within 5 s; one more for a busy machine."""
_TOKEN = re.compile(r"Host token[^:]*: (\S+)")


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command() -> list[str]:
    """How to start the product: its own command, or its module where the package is not installed."""
    installed = Path(sys.executable).with_name("talkback")
    if installed.exists():
        return [str(installed)]
    return [sys.executable, "-c", "import sys; from server.cli import main; sys.exit(main())"]


@dataclass
class LiveRoom:
    """A running server; as a context manager it starts, waits for `/readyz` and ends with SIGTERM."""

    data: Path
    """Where it keeps its logs and the token's hash; an empty folder makes it print a new token."""
    room: Path = ROOT / "rooms" / "demo"
    name: str = "demo"
    port: int = field(default_factory=free_port)
    token: str = ""
    ready_after_s: float = 0.0
    output: deque[str] = field(default_factory=lambda: deque(maxlen=400))
    """The last lines that it wrote."""

    def __post_init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._readers: list[threading.Thread] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The viewer page."""
        return f"{self.base}/rooms/{self.name}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        if failed is None:
            self.stop()
        else:
            self.kill()

    def start(self) -> None:
        """Start it and wait until the room can answer; raises AssertionError with its output when it does not."""
        arguments = ["serve", "--room", str(self.room), "--port", str(self.port), "--data", str(self.data)]
        started = time.monotonic()
        self._process = subprocess.Popen(
            [*command(), *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            reader = threading.Thread(target=self._read, args=(pipe,), daemon=True)
            reader.start()
            self._readers.append(reader)
        while True:
            if self._process.poll() is not None:
                raise AssertionError(f"the server ended with code {self._process.returncode}:\n{self.said}")
            waiting = self._waits_for()
            if waiting is None:
                break
            if time.monotonic() - started > READY_SECONDS:
                self.kill()
                raise AssertionError(f"not ready after {READY_SECONDS:g} s ({waiting}):\n{self.said}")
            time.sleep(0.2)
        self.ready_after_s = time.monotonic() - started

    def stop(self) -> None:
        """SIGTERM; raises AssertionError unless it exits with code 0 in time."""
        process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {STOP_SECONDS:g} s after SIGTERM:\n{self.said}") from None
        self._close()
        if code != 0:
            raise AssertionError(f"exit code {code} after SIGTERM:\n{self.said}")

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._close()

    @property
    def said(self) -> str:
        return "".join(self.output)

    @property
    def pid(self) -> int:
        """The server's process; raises AssertionError when it does not run."""
        assert self._process is not None
        return self._process.pid

    def _waits_for(self) -> str | None:
        """What it still loads; None once it is ready."""
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=2):
                return None
        except urllib.error.HTTPError as error:
            return json.dumps(error.read().decode("utf-8", "replace"))
        except OSError as error:
            return str(error)

    def _read(self, pipe: IO[str]) -> None:
        for line in pipe:
            self.output.append(line)
            if found := _TOKEN.search(line):
                self.token = found[1]

    def _close(self) -> None:
        for reader in self._readers:
            reader.join(2)
        self._readers.clear()
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
