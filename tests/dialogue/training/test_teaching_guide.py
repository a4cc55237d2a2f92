"""What docs/teaching.md shows of pairs is so."""

import re
import textwrap
from pathlib import Path

from dialogue.training.checking import pair_problems
from dialogue.training.goods import read_goods
from dialogue.training.pairs import FIELDS, GRAMMAR, BlockModel, read_pairs

GUIDE = (Path(__file__).parents[3] / "docs" / "teaching.md").read_text("utf-8")


def test_the_example_may_be_taught(tmp_path: Path) -> None:
    found = re.search(r"\n    # mine\.yaml\n(.*?)\n\n(?=A file)", GUIDE, re.DOTALL)
    assert found is not None
    (tmp_path / "mine.yaml").write_text(textwrap.dedent(found[1]), "utf-8")
    pairs, problems = read_pairs(tmp_path)
    assert problems == []
    assert len(pairs) == 4
    assert pair_problems(pairs, read_goods()) == []


def test_every_key_and_slot_is_told() -> None:
    rows = [line for line in GUIDE.splitlines() if line.startswith("| `")]
    told = " ".join(row.split("|")[1] for row in rows)
    for name in BlockModel.model_fields:
        assert name in told, name
    for name in set(re.findall(r"\{(\w+)\}", told)):
        assert name in GRAMMAR or name.casefold() in FIELDS, name
