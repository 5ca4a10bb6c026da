"""Cases: everyday units in, only what is stated compared, and a mistake named with its line."""

from pathlib import Path

import pytest

from service.errors import InvalidCases, InvalidParameter
from service.jobs.trying import Mismatch, open_cases, scheme_of, try_cases
from service.reference.case_text import read_cases
from tests.support.snapshots import fixed, scheme, scheme_text

ONE = """\
scheme: parcel
period: 2023
cases:
  - title: one
    parcels:
      - land_area: 15 亩
        occupants: [{figures: {tax: 60}}]
        expect: {total: 40.00}
"""


def line_of(text: str, part: str) -> int:
    """Return the number of the first line that contains a part."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def mismatches(text: str, **changes: object) -> tuple[Mismatch, ...]:
    """Return what came out otherwise with a scheme of tax per mu against 10 万元/亩, weight 100."""
    (tried,) = try_cases(read_cases(text, "cases.yaml"), fixed(10, **changes))
    return tried.mismatches


def test_a_case_that_comes_out_as_stated_has_no_mismatch() -> None:
    """60 万元 on 15 mu against 10 万元/亩 are 40 points."""
    assert mismatches(ONE) == ()


def test_a_mismatch_tells_both_numbers() -> None:
    """The parcel has the number of its place when it has no code."""
    assert mismatches(ONE.replace("40.00", "41")) == (Mismatch("1", "total", "41", "40"),)


@pytest.mark.parametrize(
    ("written", "passes"), [("40", True), ("40.0", True), ("40.4", False), ("39.99", False)]
)
def test_the_decimals_written_are_the_tolerance(written: str, passes: bool) -> None:
    """40.0027 is 40, 40.0 and 40.00, rounded half up; it is not 40.01."""
    text = ONE.replace("tax: 60", "tax: 60.004").replace("40.00", written)
    assert (mismatches(text) == ()) is passes


@pytest.mark.parametrize(
    ("tax", "land"),
    [("60", "15 亩"), ("60 万元", "10000 m²"), ("600000 元", "1 ha"), ("0.006 亿元", "15 mu")],
)
def test_amounts_are_in_everyday_units(tax: str, land: str) -> None:
    """A number alone is in the metric's own unit; any other unit of the quantity may be written."""
    assert mismatches(ONE.replace("tax: 60", f"tax: {tax}").replace("15 亩", land)) == ()


def test_an_expected_null_is_none_at_all() -> None:
    """No total, no grade, a flag that cannot be judged: stated as null, and compared."""
    text = ONE.replace("[{figures: {tax: 60}}]", "[]")
    text = text.replace("{total: 40.00}", "{total: null, grade: null, reason: no_occupant, far_uplift: null}")
    assert mismatches(text) == ()
    assert [m.what for m in mismatches(ONE.replace("{total: 40.00}", "{total: null}"))] == ["total"]


def test_a_firm_on_two_parcels_is_one_firm() -> None:
    """Its figures stand once, and are shared by floor area."""
    text = """\
scheme: parcel
period: 2023
cases:
  - title: two parcels
    parcels:
      - land_area: 15 亩
        occupants: [{name: firm, floor_area: 3000 m², figures: {tax: 60}}]
        expect: {values: {tax_per_mu: 3.000000}}
      - land_area: 15 亩
        occupants: [{name: firm, floor_area: 1000 m²}]
        expect: {values: {tax_per_mu: 1.000000}, rank: 2}
"""
    assert mismatches(text) == ()


def test_metered_figures_and_manual_shares_are_used() -> None:
    """What was reported for a part of a parcel comes first; the rest goes by the shares set by hand."""
    text = """\
scheme: parcel
period: 2023
cases:
  - title: metered
    parcels:
      - land_area: 15 亩
        occupants: [{name: firm, share: 0.5, figures: {tax: 60}, metered: {tax: 30}}]
        expect: {values: {tax_per_mu: 3.000000}}
      - land_area: 15 亩
        occupants: [{name: firm, share: 0.5}]
        expect: {values: {tax_per_mu: 1.000000}}
"""
    assert mismatches(text) == ()


@pytest.mark.parametrize(
    ("instead", "of", "line", "said"),
    [
        ("tax: 60", "taxes: 60", "taxes", "Unknown metric 'taxes'"),
        ("tax: 60", "tax: much", "tax: much", "no number"),
        ("tax: 60", "tax: 60 kWh", "tax: 60", "not a unit of tax"),
        ("15 亩", "15", "land_area", "with its unit"),
        ("15 亩", "15 kWh", "land_area", "with its unit"),
        ("total: 40.00", "items: {tax_per_m: 1}", "expect", "no indicator 'tax_per_m'"),
        ("total: 40.00", "totals: 40", "expect", "Extra inputs"),
        ("{total: 40.00}", "{}", "expect", "states nothing"),
        ("        expect: {total: 40.00}\n", "", "- title", "expects nothing"),
        ("figures:", "marks: [green], figures:", "occupants", "Unknown mark 'green'"),
        ("15 亩", "15 亩\n        contract: {promises: {jobs: 3}}", "contract", "Contracts promise"),
        ("15 亩", "15 亩\n        areas: {registered: 1 亩}", "land_area", "which 'areas' names too"),
        ("15 亩", "15 亩\n        areas: {guessed: 1 亩}", "areas", "no kind of area"),
        ("period: 2023", "period: 23", "period", "pattern"),
    ],
)
def test_a_mistake_is_refused_with_its_line(instead: str, of: str, line: str, said: str) -> None:
    """The place reads file:line, and the sentence names what is wrong."""
    text = ONE.replace(instead, of)
    with pytest.raises(InvalidCases) as caught:
        mismatches(text)
    assert said in caught.value.detail
    assert caught.value.place == f"cases.yaml:{line_of(text, line)}"


def test_what_is_no_yaml_is_refused() -> None:
    """With the line at which it ceased to be YAML."""
    with pytest.raises(InvalidCases, match="expected") as caught:
        read_cases(ONE.replace("title: one", "title: ["), "cases.yaml")
    assert caught.value.place == "cases.yaml:6"


def test_figures_of_one_firm_stand_once() -> None:
    """Two totals of one firm, or two different industries, are a mistake of the case."""
    second = "      - land_area: 15 亩\n        occupants: [{name: firm, %s}]\n"
    first = ONE.replace("{figures:", "{name: firm, industry: C34, figures:")
    for addition, said in (("figures: {tax: 1}", "already"), ("industry: C13", "another industry")):
        with pytest.raises(InvalidCases, match=said):
            mismatches(first + second % addition)


def test_a_case_file_names_a_scheme_beside_it(tmp_path: Path) -> None:
    """A file name is taken from where the cases are; a period the scheme is not for is refused."""
    (tmp_path / "own.yaml").write_text(scheme_text(periods=["2023"]), encoding="utf-8")
    (tmp_path / "cases.yaml").write_text(ONE.replace("scheme: parcel", "scheme: own.yaml"), encoding="utf-8")
    cases = open_cases(tmp_path / "cases.yaml")
    assert scheme_of(cases).name == "under-test"
    (tmp_path / "cases.yaml").write_text(ONE.replace("2023", "2022"), encoding="utf-8")
    with pytest.raises(InvalidParameter, match="not for 2022"):
        list(try_cases(open_cases(tmp_path / "cases.yaml"), scheme_of(cases)))


def test_next_years_scheme_can_be_tried() -> None:
    """Cases do not ask whether a scheme is in force."""
    (tried,) = try_cases(read_cases(ONE, "cases.yaml"), scheme(valid_from="2999-01-01"))
    assert [each.what for each in tried.mismatches] == ["total"]


def test_what_is_no_file_or_no_text_is_refused(tmp_path: Path) -> None:
    """With the file's name as the place."""
    binary = tmp_path / "cases.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (binary, tmp_path / "none.yaml"):
        with pytest.raises(InvalidCases) as caught:
            open_cases(path)
        assert caught.value.place == str(path)
