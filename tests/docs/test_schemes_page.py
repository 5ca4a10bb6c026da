"""The page on schemes says what the format is: its examples run, its lists are those of the code."""

import re
from pathlib import Path

import pytest

from service.domain.cases import CaseParcel, Contract, Expected, Occupant
from service.domain.scheme.vocabulary import AREAS, PARCEL_PROPERTIES, RANKED_PROPERTIES, RESULT_PROPERTIES
from service.domain.scheme_words import FIELDS, VALUES
from service.domain.tables import PROMISES
from service.jobs.trying import try_cases
from service.reference.case_text import read_cases
from service.reference.scheme_checks import marks
from service.reference.scheme_text import read_scheme
from service.reference.schemes import scheme_names
from service.reference.tables import unit_table

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "schemes.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
"""Every name that stands in code marks."""
SCHEME, CASES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
UNITS = {1: "", 100: "m²", 1_000_000: "ratio"}


def test_the_examples_are_valid_and_come_out_as_written() -> None:
    """The scheme is read, and its cases pass."""
    scheme = read_scheme(SCHEME, "docs/schemes.md")
    tried = list(try_cases(read_cases(CASES, "docs/schemes.md"), scheme))
    assert {each.title: each.mismatches for each in tried if each.mismatches} == {}
    assert len(tried) == 2


def test_the_vocabulary_of_rules_is_told_as_it_is() -> None:
    """Name, kind, unit and who may read it; nothing is missing, and nothing is made up."""
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\| ([\w, ]+) \|", PAGE, re.MULTILINE)
    told = {name: (kind, unit.strip(), who) for name, kind, unit, who in rows}
    known = {}
    for name, each in RESULT_PROPERTIES.items():
        unit = "points" if name in {"items", "points"} else UNITS[each.per_unit]
        unit = "years" if name.endswith("_years") else unit
        who = "adjustments, flags" if name in RANKED_PROPERTIES else "flags"
        known[name] = (str(each.kind), unit, "everywhere" if name in PARCEL_PROPERTIES else who)
    assert told == known


@pytest.mark.parametrize(
    "names",
    [
        AREAS,
        tuple(PROMISES),
        marks(unit_table()),
        tuple(Expected.model_fields),
        tuple(CaseParcel.model_fields),
        tuple(Occupant.model_fields),
        tuple(Contract.model_fields),
    ],
)
def test_every_name_that_may_be_written_stands_on_the_page(names: tuple[str, ...]) -> None:
    """Areas, promises, marks, and the fields of cases."""
    assert set(names) - {"expect"} <= WORDS


def test_every_choice_of_every_field_stands_on_the_page() -> None:
    """Methods, benchmarks, policies, groups, effects."""
    choices = {value for field, values in VALUES.items() if field != "land_area" for value in values}
    assert choices <= WORDS


def test_every_field_of_the_format_stands_on_the_page() -> None:
    """In the example or in the text."""
    told = set(re.findall(r"[a-z_]+", SCHEME)) | WORDS
    assert FIELDS.keys() - {"order"} <= told


@pytest.mark.parametrize("name", scheme_names())
def test_every_shipped_scheme_is_introduced(name: str) -> None:
    """With a line of its own."""
    assert f"`{name}`" in PAGE
