from datetime import date
from pathlib import Path

import pytest
import yaml

from render.photo.consent_file import TEMPLATE, ConsentRecord, read_consent_file
from render.photo.refusal import PhotoRefused
from tests.render.photo_fixture import CONSENT

TODAY = date(2026, 5, 3)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "consent.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_full_record_is_read(tmp_path: Path) -> None:
    record = read_consent_file(written(tmp_path, CONSENT), TODAY)
    assert record.who == "Lin Wei"
    assert record.until == date(2030, 5, 3)


def test_the_last_day_still_counts_and_the_next_does_not(tmp_path: Path) -> None:
    file = written(tmp_path, CONSENT)
    assert read_consent_file(file, date(2030, 5, 3)).who
    with pytest.raises(PhotoRefused, match="ended on 2030-05-03") as caught:
        read_consent_file(file, date(2030, 5, 4))
    assert caught.value.code == "consent-expired"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(PhotoRefused, match="consent-template") as caught:
        read_consent_file(tmp_path / "none.yaml", TODAY)
    assert caught.value.code == "consent-missing"


@pytest.mark.parametrize("field", list(ConsentRecord.model_fields))
def test_what_is_left_open_is_named(tmp_path: Path, field: str) -> None:
    record = yaml.safe_load(CONSENT)
    for text in (
        yaml.safe_dump({**record, field: None}),
        yaml.safe_dump({k: v for k, v in record.items() if k != field}),
    ):
        with pytest.raises(PhotoRefused, match=field) as caught:
            read_consent_file(written(tmp_path, text), TODAY)
        assert caught.value.code == "consent-incomplete"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"until": "next year"}, "until"),
        ({"until": "2030-13-40"}, "until"),
        ({"until": 20300503}, "until"),
        ({"who": ["Lin"]}, "who"),
        ({"statement": "Yes."}, "statement"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_malformed_is_named(tmp_path: Path, change: dict[str, object], named: str) -> None:
    text = yaml.safe_dump({**yaml.safe_load(CONSENT), **change})
    with pytest.raises(PhotoRefused, match=named) as caught:
        read_consent_file(written(tmp_path, text), TODAY)
    assert caught.value.code == "consent-malformed"


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n", "who: [", "who: \x00"])
def test_what_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PhotoRefused) as caught:
        read_consent_file(written(tmp_path, text), TODAY)
    assert caught.value.code == "consent-malformed"


def test_the_template_asks_for_every_field_and_is_refused_as_it_stands(tmp_path: Path) -> None:
    assert set(yaml.safe_load(TEMPLATE)) == set(ConsentRecord.model_fields)
    with pytest.raises(PhotoRefused, match="who, what_for, until, proof, statement"):
        read_consent_file(written(tmp_path, TEMPLATE), TODAY)
