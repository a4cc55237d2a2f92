from decimal import Decimal
from pathlib import Path

import pytest

from dialogue.catalogue import Catalogue, read_catalogue
from dialogue.contract import RoomProblem

HEADING = "sku,name,name_zh,aliases,price,list_price,currency,unit,stock,origin"
ROW = "RB-10,Ribeye steak,牛排,ribeye|steak,199.00,259.00,CNY,box of 10,240,Inner Mongolia"


def read(tmp_path: Path, text: str | bytes) -> tuple[Catalogue, list[RoomProblem]]:
    path = tmp_path / "catalogue.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_catalogue(path)


def test_a_row(tmp_path: Path) -> None:
    catalogue, problems = read(tmp_path, f"{HEADING}\n{ROW}\n")
    assert problems == []
    product = catalogue["RB-10"]
    assert (product.price, product.list_price, product.stock) == (Decimal("199.00"), Decimal("259.00"), 240)
    assert product.aliases == ("ribeye", "steak")
    assert dict(product.details) == {"origin": "Inner Mongolia"}
    assert product.card().price == "¥199.00"
    assert product.called == "ribeye steak"


@pytest.mark.parametrize(
    "encoded",
    [
        f"{HEADING}\n{ROW}\n".encode("utf-8-sig"),
        f"{HEADING}\r\n{ROW}\r\n".encode("gb18030"),
        f"{HEADING}\n{ROW}\n".replace(",", ";").encode(),
        f"sep=;\n{HEADING}\n{ROW}\n".replace(",", ";").encode(),
        f"{HEADING}\n{ROW}\n".replace(",", "\t").encode("utf-16"),
    ],
    ids=["bom", "gb18030", "semicolon", "sep", "utf16-tabs"],
)
def test_what_excel_exports_is_understood(tmp_path: Path, encoded: bytes) -> None:
    catalogue, problems = read(tmp_path, encoded)
    assert problems == []
    assert catalogue["RB-10"].name_zh == "牛排"


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        (
            f"{HEADING}\n{ROW}\n{ROW.replace('ribeye|steak', '').replace('Ribeye steak,牛排', 'B,b')}\n",
            3,
            "sku",
            "line 2",
        ),
        (f"{HEADING}\n{ROW.replace('199.00', '19x')}\n", 2, "price", "not an amount"),
        (f"{HEADING}\n{ROW.replace('199.00', '-3')}\n", 2, "price", "above 0"),
        (f"{HEADING}\n{ROW.replace('199.00', '199.005')}\n", 2, "price", "two decimals"),
        (f"{HEADING}\n{ROW.replace('199.00', '300')}\n", 2, "price", "higher than list_price"),
        (f"{HEADING}\n{ROW.replace('199.00', '')}\n", 2, "price", "empty"),
        (f"{HEADING}\n{ROW.replace('Ribeye steak', '')}\n", 2, "name", "empty"),
        (f"{HEADING}\n{ROW.replace('CNY', 'XYZ')}\n", 2, "currency", "not known"),
        (f"{HEADING}\n{ROW.replace('240', 'many')}\n", 2, "stock", "whole number"),
        (f"{HEADING}\n{ROW},too much\n", 2, "", "cells"),
        ("sku,name\na,b\n", 1, "price", "missing from the heading"),
        (f"{HEADING},origin\n{ROW},x\n", 1, "origin", "twice"),
        (f'{HEADING}\n"RB-10,Ribeye\n', 2, "", "quotation"),
        (
            f"{HEADING}\n{ROW}\n{ROW.replace('RB-10', 'X').replace('Ribeye steak,牛排', 'Other,其他')}\n",
            3,
            "aliases",
            "RB-10",
        ),
    ],
)
def test_what_is_wrong_is_told_by_line_and_field(tmp_path: Path, text: str, line: int, field: str, words: str) -> None:
    _, problems = read(tmp_path, text)
    assert [(p.line, p.field) for p in problems][:1] == [(line, field)], [str(p) for p in problems]
    assert words in problems[0].message
    assert str(problems[0]).startswith(f"catalogue.csv:{line}: ")


def test_all_problems_are_told_and_not_only_the_first(tmp_path: Path) -> None:
    _, problems = read(tmp_path, f"{HEADING}\nA,,,,x,,CNY,,,\nB,b,,,y,,CNY,,z,\n")
    assert [(p.line, p.field) for p in problems] == [(2, "name"), (2, "price"), (3, "price"), (3, "stock")]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"", "empty"),
        (b"sku,name,price\n\xff\xfe\x80\x00", "UTF-8"),
        (b"a\x00b", "binary"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, raw: bytes, words: str) -> None:
    _, problems = read(tmp_path, raw)
    assert len(problems) == 1
    assert words in problems[0].message


def test_no_file(tmp_path: Path) -> None:
    _, problems = read_catalogue(tmp_path / "none.csv")
    assert "missing" in problems[0].message


@pytest.mark.parametrize(
    ("name", "called", "plural"),
    [("Blueberries", "blueberries", True), ("USB fan", "USB fan", False), ("Glass", "glass", False)],
)
def test_a_name_within_a_sentence(tmp_path: Path, name: str, called: str, plural: bool) -> None:
    catalogue, _ = read(tmp_path, f"sku,name,price\nA,{name},5\n")
    assert (catalogue["A"].called, catalogue["A"].plural) == (called, plural)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://shop.example/a", "https://shop.example/ribeye"),
        ("shop.example/a", "write it whole"),
        ("javascript:alert(1)", "write it whole"),
        ("https://", "write it whole"),
        ("https://[::1", "write it whole"),
        ("https://shop.example:x/", "write it whole"),
        ("https://shop.example/a b", "write it whole"),
        ("https://ann:pw@shop.example/", "user name or password"),
        ("https://shop.example/" + "a" * 500, "at most 500"),
    ],
)
def test_link_that_viewers_can_not_open_is_told(tmp_path: Path, link: str, said: str) -> None:
    file = tmp_path / "catalogue.csv"
    file.write_text(f'sku,name,price,link\nA,Apples,9.00,"{link}"\n')
    catalogue, problems = read_catalogue(file)
    assert catalogue.products == ()
    [problem] = problems
    assert (problem.line, problem.field) == (2, "link")
    assert said in problem.message


def test_link_is_on_the_card_and_no_fact(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.csv"
    file.write_text("sku,name,price,stock,link\nA,Apples,9.00,7,https://shop.example/a?ref=live#buy\nB,Beans,3.00,,\n")
    catalogue, problems = read_catalogue(file)
    assert problems == []
    card = catalogue["A"].card()
    assert (card.link, card.stock) == ("https://shop.example/a?ref=live#buy", 7)
    assert "link" not in catalogue["A"].details
    assert (catalogue["B"].card().link, catalogue["B"].card().stock) == ("", None)
