"""Two writings of one firm's name are the same name; two firms are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.firm_names import normal_name as normal_by
from service.reference.firm_names import former_names, name_rules, normal_name

_WORDS = [
    "宁波",
    "恒禾",
    "機械",
    "原",
    "曾用名",
    "注销",
    "有限",
    "责任",
    "公司",
    "股份",
    "分公司",
    "有限责任公司",
]
_PIECES = st.sampled_from([*_WORDS, "股份公司", "\uff21", *"()（）·-bß①㈱[】1İ"])
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(_PIECES, max_size=14).map("".join),
    st.lists(_PIECES, max_size=14).map(" ".join),
)


@pytest.mark.parametrize(
    "written",
    [
        "宁波恒禾机械有限公司",
        " 宁波恒禾机械有限公司 ",
        "宁波恒禾机械有限责任公司",
        "寧波恒禾機械有限公司",
        "宁波 恒禾·机械　有限公司",
        "宁波（恒禾）机械有限公司",
        "宁波(恒禾)机械有限公司",
        "宁波恒禾机械有限公司（注销）",
        "宁波恒禾机械有限公司（原宁波恒禾五金厂）",
        "宁波恒禾机械有限责任公司【曾用名：宁波恒禾五金厂】",
    ],
)
def test_one_firm_is_written_in_many_ways(written: str) -> None:
    """Width, blanks, brackets, traditional characters, remarks and the words for a legal form say nothing."""
    assert normal_name(written) == "宁波恒禾机械有限公司"


@pytest.mark.parametrize(
    "other",
    [
        "宁波市恒禾机械有限公司",
        "恒禾机械有限公司",
        "宁波恒禾机械股份有限公司",
        "宁波恒禾机械",
        "宁波恒禾机电有限公司",
        "宁波恒和机械有限公司",
        "宁波恒禾机械有限公司鄞州分公司",
        "宁波恒禾机械有限公司(原料)",
    ],
)
def test_what_may_be_another_firm_stays_another_name(other: str) -> None:
    """Place, mark, trade, kind of company and a branch are never levelled: a person decides about them."""
    assert normal_name(other) != "宁波恒禾机械有限公司"


def test_latin_names_lose_case_width_and_signs() -> None:
    """A firm with a foreign name is the same in full width and in capitals."""
    written = ("Tools (Ningbo) Co., Ltd.", "TOOLS NINGBO CO LTD", "\uff34ools\u3000Ningbo Co Ltd")
    assert {normal_name(name) for name in written} == {"TOOLSNINGBOCOLTD"}


def test_a_former_name_is_read_from_its_remark() -> None:
    """Registers put it in brackets behind the present one; a remark that is too short is no name."""
    assert former_names("甲机械有限公司（原乙丙五金有限责任公司）") == ("乙丙五金有限公司",)
    assert former_names("甲机械有限公司（原料）") == ()
    assert former_names("甲机械有限公司") == ()


@pytest.mark.parametrize("text", ["", "  ", "（）", "——", "/", "****"])
def test_signs_alone_are_no_name(text: str) -> None:
    """What people type for nothing normalises to nothing."""
    assert normal_name(text) == ""


@given(TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    """The name as it is compared is compared as it is."""
    once = normal_by(text, name_rules())
    assert normal_by(once, name_rules()) == once


@given(TEXTS, TEXTS)
def test_blanks_and_brackets_never_tell_names_apart(one: str, two: str) -> None:
    """Wherever a blank stands, the name is the same."""
    assert normal_by(f"{one} {two}", name_rules()) == normal_by(f"{one}　{two}", name_rules())


def test_the_characters_are_pairs_of_one_character_each() -> None:
    """Each traditional character is none of the simplified set (GB 2312), each simplified one is."""
    for old, new in name_rules().traditional.items():
        with pytest.raises(UnicodeEncodeError):
            chr(old).encode("gb2312")
        new.encode("gb2312")
