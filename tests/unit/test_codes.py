import pytest

from service.domain.codes import InvalidCode, normalise_parcel_code, normalise_uscc


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600037341L"])
def test_a_valid_uscc_is_kept(code: str) -> None:
    """Two real codes with a right check digit (GB 32100-2015) pass unchanged."""
    assert normalise_uscc(code) == code


def test_a_uscc_is_read_as_people_write_it() -> None:
    """Lower case, full-width characters, blanks and hyphens do not change which code is meant."""
    assert normalise_uscc(" 91110000-６０００３７３４１l ") == "91110000600037341L"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91110000600037341K", "uscc_check_digit"),
        ("330100000012345", "uscc_malformed"),
        ("", "uscc_malformed"),
        ("9111000060003734IL", "uscc_malformed"),
    ],
)
def test_a_wrong_uscc_says_what_is_wrong(code: str, reason: str) -> None:
    """A wrong check digit, an old registration number, nothing, and a letter that codes never use."""
    with pytest.raises(InvalidCode) as caught:
        normalise_uscc(code)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("330203001001gb00012", "330203001001GB00012"),
        ("3050200001.0", "3050200001"),
        ("3050200001.00", "3050200001"),
        (" ３３０２０３ ", "330203"),
        ("DB060208-4", "DB060208-4"),
        ("A.0", "A.0"),
    ],
)
def test_a_parcel_code_is_normalised(text: str, code: str) -> None:
    """Upper case, half width, no blanks, and no decimals where a sheet kept the code as a number."""
    assert normalise_parcel_code(text) == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [("  ", "parcel_code_missing"), ("12/34", "parcel_code_malformed"), ("9" * 33, "parcel_code_malformed")],
)
def test_a_wrong_parcel_code_says_what_is_wrong(text: str, reason: str) -> None:
    """Nothing, a character that would break an address, and a code that is too long."""
    with pytest.raises(InvalidCode) as caught:
        normalise_parcel_code(text)
    assert caught.value.reason == reason
