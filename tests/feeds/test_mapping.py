import re
from pathlib import Path

import pytest

from service.domain.hand_overs import Feed
from service.errors import InvalidMapping
from service.feeds.mappings.fields import FIELDS
from service.feeds.mappings.mapping import FeedMapping, parse_mapping, read_mapping

FIGURES = """
feed: figures
columns:
  uscc: [统一社会信用代码, 纳税人识别号]
  period: {constant: 2023}
metrics:
  tax: {column: 税收, unit: yuan}
"""


def test_a_mapping_is_read() -> None:
    """Synonyms, constants and units come out as they are written."""
    mapping = parse_mapping(FIGURES)
    assert mapping.feed is Feed.FIGURES
    assert mapping.columns["uscc"].column == ["统一社会信用代码", "纳税人识别号"]
    assert mapping.columns["period"].constant == "2023"
    assert mapping.metrics["tax"].unit == "yuan"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("period:", "peroid:"), "columns.peroid"),
        (("tax:", "taxes:"), "metrics.taxes"),
        (("unit: yuan", "unit: kWh"), "metrics.tax"),
        ((", unit: yuan", ""), "metrics.tax: a metric needs the unit"),
        (("column: 税收", "colum: 税收"), "metrics.tax.colum"),
        (("{constant: 2023}", "{constant: 2023, column: 年}"), "columns.period: give exactly one"),
        (("  period: {constant: 2023}\n", ""), "columns.period"),
        (("metrics:\n  tax: {column: 税收, unit: yuan}", ""), "metrics: figures need at least one"),
        (("period:", "parcel_code: 宗地\n  period:"), "exactly one of uscc, parcel_code, meter"),
        (("period:", "part_of: 企业\n  period:"), "columns.part_of"),
        (
            ("{constant: 2023}", "{column: 年, optional: true}"),
            "columns.period: this field cannot be optional",
        ),
        (("feed: figures", "feed: figurines"), "feed"),
        (("feed: figures", "feed: figures\nsheets: 1"), "sheets"),
        (("{column: 税收, unit: yuan}", "{combine: max, unit: yuan}"), "combine and of belong together"),
        (("{constant: 2023}", "{combine: max, of: [甲, 乙]}"), "columns.period: max is for numbers"),
    ],
)
def test_a_mistake_is_named_with_its_place(change: tuple[str, str], told: str) -> None:
    """The error names the file and the entry, so that it can be found and corrected."""
    with pytest.raises(InvalidMapping) as caught:
        parse_mapping(FIGURES.replace(*change), "tax.yaml")
    assert told in caught.value.detail
    assert caught.value.place == "tax.yaml"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("feed: [", "line 1"),
        ("feed: figures\nfeed: parcels\n", "line 2"),
        ("a: &x [1]\nb: *x\n", "line 2"),
        ("columns:\n  uscc: a\n  uscc: b\n", "line 3"),
        ("? [a]\n: b\n", "line 1"),
    ],
)
def test_bad_yaml_is_told_with_its_line(text: str, told: str) -> None:
    """Broken syntax, a key given twice, and aliases, by which small files become huge ones."""
    with pytest.raises(InvalidMapping) as caught:
        parse_mapping(text, "m.yaml")
    assert told in (caught.value.place or "")


@pytest.mark.parametrize(
    "text", ["", "just text", "[1, 2]", "[" * 5000, "feed: parcels\ncolumns: {}\n", "\x00"]
)
def test_what_is_no_mapping_is_refused(text: str) -> None:
    """Nothing, something else, and something nested beyond measure."""
    with pytest.raises(InvalidMapping):
        parse_mapping(text)


def test_a_mapping_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """An absent file and one in another encoding are named."""
    (tmp_path / "gbk.yaml").write_bytes("feed: 税".encode("gbk"))
    for name in ("gbk.yaml", "absent.yaml"):
        with pytest.raises(InvalidMapping) as caught:
            read_mapping(tmp_path / name)
        assert caught.value.place == name


def test_every_field_is_documented() -> None:
    """The module's text names all fields that a mapping may use."""
    from service.feeds.mappings import mapping

    for feed, fields in FIELDS.items():
        for name in fields:
            assert name in (mapping.__doc__ or ""), f"{feed}: {name}"


def test_every_mapping_in_the_guide_is_one() -> None:
    """The examples of the guide are read as they stand."""
    guide = (Path(__file__).parents[2] / "docs" / "hand-overs.md").read_text("utf-8")
    examples = [text for text in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if "feed:" in text]
    assert len(examples) >= 3
    for example in examples:
        parse_mapping(example)


def test_a_mapping_is_kept_as_it_can_be_read_again() -> None:
    """What a batch keeps of its mapping is the mapping."""
    mapping = parse_mapping(FIGURES.replace("{constant: 2023}", "{from: title}") + "fill_down: [甲]\n")
    assert FeedMapping.model_validate(mapping.model_dump(mode="json", exclude_defaults=True)) == mapping
