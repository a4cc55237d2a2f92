from pathlib import Path

import pytest

from server.configuration import RoomConfig, RoomUnusable, read_room_config, room_name

GOOD = """\
schema: 1
title:
  en: Lantern Lane
  zh: 灯笼巷
host:
  name: Joe
  role: {en: Founder, zh: 创始人}
"""


def read(folder: Path, text: str | bytes) -> RoomConfig:
    (folder / "room.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return read_room_config(folder)


def problems(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(RoomUnusable) as refused:
        read(folder, text)
    return [str(problem).removeprefix(f"{folder}/") for problem in refused.value.problems]


def test_smallest_room_gets_defaults_that_run_on_two_cores(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert (config.llm.backend, config.voice.backend) == ("auto", "piper")
    assert (config.video.width, config.video.height) == (720, 1280)
    assert config.rtc.max_viewers == 40
    assert config.rtc.ice_servers == []
    assert config.limits.comment_chars == 300


def test_back_ends_are_chosen_by_name(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD + "llm:\n  backend: openai\n  url: http://127.0.0.1:8000/v1\n  model: qwen\n")
    assert config.llm.backend == "openai"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD + "seed: many\n", "room.yaml:8: seed: must be a whole number; it is 'many'"),
        (GOOD + "seed:\n", "room.yaml:8: seed: must be a whole number; it is empty"),
        (GOOD + "max_viewers: 0\n", "room.yaml:8: max_viewers: must be at least 1; it is 0"),
        (GOOD + "langage: en\n", "room.yaml:8: langage: there is no such setting; did you mean language?"),
        (
            GOOD + "language: zh\n",
            "room.yaml:8: language: the voice piper does not read it; choose a voice that does, such as kokoro",
        ),
        (GOOD + "language: fr\n", "room.yaml:8: language: must be 'en' or 'zh'; it is 'fr'"),
        (GOOD + "language: no\n", "room.yaml:8: language: must be 'en' or 'zh'; it is False"),
        (
            GOOD + "video:\n  width: 720\n  hight: 1280\n",
            "room.yaml:10: video.hight: there is no such setting; did you mean height?",
        ),
        (
            GOOD + "video:\n  width: 721\n",
            "room.yaml:9: video.width: must be even, because colour is stored at half the size; 721 is odd",
        ),
        (
            GOOD + "llm:\n  backend: gpt\n",
            "room.yaml:8: llm: gpt is not known here; choose one of 'auto', 'llama.cpp', 'transformers', 'openai'",
        ),
        (GOOD + "llm:\n  model: x.gguf\n", "room.yaml:8: llm: does not say which kind it is; add backend"),
        (
            GOOD + "llm:\n  backend: llama.cpp\n  thread: 2\n",
            "room.yaml:10: llm.thread: there is no such setting; did you mean threads?",
        ),
        (
            GOOD + "llm:\n  backend: llama.cpp\n  threads: 0\n",
            "room.yaml:10: llm.threads: must be at least 1; it is 0",
        ),
        (
            GOOD + "ice_servers:\n  - urls: stun:a\n  - urls: http://b\n",
            "room.yaml:10: ice_servers[1].urls: 'http://b' must begin with stun:, stuns:, turn: or turns:",
        ),
        (
            GOOD + "avatar: ../other\n",
            "room.yaml:8: avatar: must be a folder inside the room's own folder, such as avatar",
        ),
        (GOOD.replace("  zh: 灯笼巷\n", ""), "room.yaml:2: title.zh: is missing; add it"),
        (GOOD.replace("  name: Joe\n", ""), "room.yaml:5: host.name: is missing; add it"),
        (GOOD.replace("schema: 1", "schema: 2"), "room.yaml:1: schema: must be 1; it is 2"),
        (GOOD.replace("schema: 1\n", ""), "room.yaml:1: schema: is missing; add it"),
        (
            GOOD.replace("title:\n  en: Lantern Lane\n  zh: 灯笼巷", "title: Lane"),
            "room.yaml:2: title: must be a group",
        ),
        (GOOD + "seed: 1\nseed: 2\n", "room.yaml:9: seed: given twice, first in line 8"),
        ("title: [\n", "room.yaml:2: not YAML"),
        ("schema: 1\n\ttitle: x\n", "room.yaml:2: not YAML"),
        ("- a\n- b\n", "room.yaml:1: must be `name: value` lines"),
        ("", "room.yaml:1: must be `name: value` lines"),
        ("a: &x\n  - *x\n", "room.yaml:1: aliases"),
        ("a: 1\n---\nb: 2\n", "room.yaml:2: not YAML"),
        (b"schema: 1\ntitle: \xff\n", "room.yaml:2: this is not UTF-8 text"),
        ("schema: 1\ntitle: \x07\n", "room.yaml:2: there is a character that YAML does not allow"),
        ("when: 2024-99-99\n", "room.yaml: not YAML that can be used"),
        ("x: !!python/object/apply:os.system [ls]\n", "room.yaml:1: not YAML"),
    ],
)
def test_problem_names_file_line_and_field(tmp_path: Path, text: str | bytes, expected: str) -> None:
    found = problems(tmp_path, text)
    assert any(line.startswith(expected) for line in found), found


def test_all_problems_are_told_in_the_order_of_lines(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD + "seed: x\nmax_viewers: 0\nextra: 1\n")
    assert [line.split(":")[1] for line in found] == ["8", "9", "10"]


def test_endless_aliases_are_refused(tmp_path: Path) -> None:
    text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    text += "".join(f"a{n}: &a{n} [{','.join(['*a' + str(n - 1)] * 10)}]\n" for n in range(1, 9))
    assert "aliases" in problems(tmp_path, text)[0]


def test_missing_file_and_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(RoomUnusable, match="there is no such file"):
        read_room_config(tmp_path)
    with pytest.raises(RoomUnusable, match="there is no such folder"):
        read_room_config(tmp_path / "nowhere")


def test_credentials_are_not_shown_in_errors(tmp_path: Path) -> None:
    text = GOOD + "ice_servers:\n  - urls: turn:t\n    username: u\n    credential: hunter2\n    credentials: hunter2\n"
    assert "hunter2" not in "".join(problems(tmp_path, text))


@pytest.mark.parametrize("name", ["Demo", "my room", "房间", "-x", "x" * 41])
def test_folder_whose_name_fits_in_no_address_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(RoomUnusable, match="rename it"):
        room_name(tmp_path / name)


def test_models_are_found_from_the_rooms_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.gguf").touch()
    text = GOOD + "llm:\n  backend: llama.cpp\n  model: mine.gguf\n"
    config = read(tmp_path, text)
    assert config.llm.model == str(tmp_path / "mine.gguf")
    (found,) = problems(tmp_path, text.replace("mine", "other"))
    assert found.startswith(f"room.yaml:10: llm.model: there is no {tmp_path}/other.gguf")


HOOK = """
webhooks:
  - url: {url}
    events: {events}
    secret_env: {secret}
"""


def with_hook(
    folder: Path, url: str = "https://shop.example/hook", events: str = "[alarm]", secret: str = "S_KEY"
) -> RoomConfig:
    return read(folder, GOOD + HOOK.format(url=url, events=events, secret=secret))


def test_webhook_with_its_secret_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S_KEY", "x" * 16)
    [hook] = with_hook(tmp_path, events='["*"]').webhooks
    assert (str(hook.url), hook.events) == ("https://shop.example/hook", ("*",))


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"url": "http://shop.example/"}, "webhooks[0].url", "https://"),
        ({"url": "ftp://shop.example/"}, "webhooks[0].url", "must begin with"),
        ({"url": "https://ann:pw@shop.example/"}, "webhooks[0].url", "no user name"),
        ({"events": "[]"}, "webhooks[0].events", "at least 1"),
        ({"events": "[alarm, Comment]"}, "webhooks[0].events[1]", "pattern"),
        ({"secret": "my secret"}, "webhooks[0].secret_env", "pattern"),
        ({"secret": "NOT_SET"}, "webhooks[0].secret_env", "NOT_SET is not set"),
        ({"secret": "SHORT"}, "webhooks[0].secret_env", "3 characters long"),
    ],
)
def test_bad_webhook_is_told_with_line_and_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], field: str, said: str
) -> None:
    monkeypatch.setenv("S_KEY", "x" * 16)
    monkeypatch.setenv("SHORT", "abc")
    monkeypatch.delenv("NOT_SET", raising=False)
    with pytest.raises(RoomUnusable) as told:
        with_hook(tmp_path, **given)
    [problem] = told.value.problems
    assert problem.field == field
    assert said in problem.message
    assert problem.line is not None
    assert problem.line >= 10
