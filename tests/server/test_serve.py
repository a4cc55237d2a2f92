"""`talkback serve` as a process, with fakes for the models."""

import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cli import main

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "rooms" / "demo"


class Process:
    """A server on a free port."""

    def __init__(self, data: Path, kind: str = "fine", *more: str) -> None:
        arguments = ["serve", "--room", str(DEMO), "--port", "0", "--data", str(data), *more]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.server.on_air", kind, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []

    def on_air(self) -> str:
        """Wait until it says that it is on air; returns the address."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.search(r"On air after .* s: (http://\S+)", line):
                return found[1]
        raise AssertionError(self.process.communicate())

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float, str]:
        """Exit status, seconds until the end, what it wrote to standard error."""
        began = time.monotonic()
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, time.monotonic() - began, errors


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for each in processes:
        each.process.kill()
        each.process.communicate()


def post_comment(address: str, text: str) -> str:
    body = json.dumps({"viewer": "Lin", "text": text}).encode()
    request = urllib.request.Request(
        f"{address}/rooms/demo/comments", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request) as response:
        found: str = json.load(response)["id"]
    return found


def logged(data: Path) -> list[tuple[str, dict[str, object]]]:
    connection = sqlite3.connect(data / "demo" / "events.sqlite3")
    rows = [(kind, json.loads(body)) for kind, body in connection.execute("SELECT type, data FROM event ORDER BY seq")]
    connection.close()
    return rows


def test_goes_on_air_and_down_in_order(tmp_path: Path, started: list[Process]) -> None:
    server = Process(tmp_path)
    started.append(server)
    address = server.on_air()
    token = re.search(r"Host token .*: (\S{43})\n", "".join(server.lines))
    assert token
    with urllib.request.urlopen(f"{address}/readyz") as response:
        assert response.status == 200
    request = urllib.request.Request(f"{address}/metrics", headers={"Authorization": f"Bearer {token[1]}"})
    with urllib.request.urlopen(request) as response:
        assert b"talkback_room_live" in response.read()
    post_comment(address, "hello")
    status, seconds, errors = server.stop()
    assert (status, "Traceback" in errors) == (0, False), errors
    assert seconds < 5
    kinds = [kind for kind, _ in logged(tmp_path)]
    assert "comment.received" in kinds
    assert logged(tmp_path)[-1] == ("room.state", {"state": "closing", "viewers": 0})


def test_token_is_printed_only_at_the_first_start(tmp_path: Path, started: list[Process]) -> None:
    for first in (True, False):
        server = Process(tmp_path)
        started.append(server)
        server.on_air()
        assert any("Host token" in line for line in server.lines) is first
        server.stop(signal.SIGINT)


def test_kill_9_loses_no_acknowledged_comment(tmp_path: Path, started: list[Process]) -> None:
    server = Process(tmp_path)
    started.append(server)
    address = server.on_air()
    given = [post_comment(address, f"number {number}") for number in range(5)]
    server.stop(signal.SIGKILL)
    kept = [data["comment"] for kind, data in logged(tmp_path) if kind == "comment.received"]
    assert kept == given


def test_part_that_blocks_everything_can_not_hold_the_process(tmp_path: Path, started: list[Process]) -> None:
    server = Process(tmp_path, "hanging")
    started.append(server)
    server.on_air()
    status, seconds, errors = server.stop()
    assert status == 0
    assert seconds < 5.5
    assert "leaving now" in errors


def test_sentence_that_does_not_end_is_cut_off_in_time(tmp_path: Path, started: list[Process]) -> None:
    server = Process(tmp_path, "endless")
    started.append(server)
    server.on_air()
    status, seconds, errors = server.stop()
    assert (status, "leaving now" in errors) == (0, False)
    assert seconds < 5


def test_second_signal_ends_at_once(tmp_path: Path, started: list[Process]) -> None:
    server = Process(tmp_path, "endless")
    started.append(server)
    server.on_air()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.stdout is not None
    assert server.process.stdout.readline().startswith("Closing")
    status, seconds, _ = server.stop()
    assert status == 130
    assert seconds < 2


def test_models_that_can_not_be_loaded_are_told(tmp_path: Path, started: list[Process]) -> None:
    server = Process(tmp_path, "broken")
    started.append(server)
    _, errors = server.process.communicate(timeout=20)
    assert server.process.returncode == 1
    assert "talkback: the voice can't be loaded" in errors
    assert "Traceback" not in errors


def test_broken_catalogue_is_refused_with_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    room = Path(shutil.copytree(DEMO, tmp_path / "mine"))
    catalogue = room / "catalogue.csv"
    catalogue.write_text(catalogue.read_text("utf-8").replace("199.00", "-1", 1), "utf-8")
    assert main(["serve", "--room", str(room), "--data", str(tmp_path / "var"), "--port", "0"]) == 2
    errors = capsys.readouterr().err
    assert f"{room}/catalogue.csv:2: price" in errors
    assert f"talkback doctor {room}" in errors
    assert not (tmp_path / "var").exists()


def test_port_in_use_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--room", str(DEMO), "--data", str(tmp_path), "--port", str(port)]) == 1
    assert f"port {port} is in use" in capsys.readouterr().err


def test_two_servers_do_not_write_one_log(tmp_path: Path, started: list[Process]) -> None:
    first = Process(tmp_path)
    started.append(first)
    first.on_air()
    second = Process(tmp_path)
    started.append(second)
    _, errors = second.process.communicate(timeout=20)
    assert second.process.returncode == 1
    assert "another Talkback writes this log" in errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--port", "99999"], "not a port"),
        (["serve", "--proxies", "9"], "invalid choice"),
        (["nonsense"], "invalid choice"),
        ([], "required"),
    ],
)
def test_wrong_command_lines_are_told(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_wrong_port_in_the_environment_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "http")
    assert main(["serve", "--room", str(DEMO), "--data", str(tmp_path)]) == 2
    assert "PORT='http' is not a port" in capsys.readouterr().err


def test_help_teaches_and_loads_nothing_heavy(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "talkback serve --room rooms/mine --port 9000" in capsys.readouterr().out
    code = "import sys, server.cli; print([m for m in ('aiohttp', 'pydantic', 'numpy', 'av') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert loaded.stdout == "[]\n"


def test_token_command_renews_and_never_shows_an_old_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "--data", str(tmp_path)]) == 0
    assert "there is none yet" in capsys.readouterr().out
    assert main(["token", "--renew", "--data", str(tmp_path)]) == 0
    first = re.search(r"New host token: (\S{43})", capsys.readouterr().out)
    assert first
    assert main(["token", "--data", str(tmp_path)]) == 0
    assert first[1] not in capsys.readouterr().out
