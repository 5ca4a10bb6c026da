"""Profiles and previews over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.feeds.profiles.catalogue import shipped_profiles
from service.store.database import Database
from tests.feeds.handing import everything, uscc
from tests.feeds.test_choosing import OWN
from tests.serving import keyed_client, open_client

TAX = f"统一社会信用代码,年度,入库税收（元）\n{uscc(1)},2023,57210.5\n{uscc(2)},2023,五\n".encode()
UPLOAD = "/feeds/figures/batches"


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """A client on this machine, with all rights."""
    with open_client(database) as opened:
        yield opened


def test_profiles_are_listed_and_shown(client: TestClient) -> None:
    """Each with its bureau and whether its layout was verified, and whole as YAML."""
    listed = client.get("/feeds/profiles").json()["profiles"]
    assert [each["name"] for each in listed] == list(shipped_profiles())
    of_contracts = client.get("/feeds/profiles?feed=contracts").json()["profiles"]
    assert [each["name"] for each in of_contracts] == ["grant-contracts"]
    shown = client.get("/feeds/profiles/tax-finance").json()
    assert (shown["bureau"], shown["verified"], shown["shipped"]) == ("税务局", False, True)
    assert shown["text"] == shipped_profiles()["tax-finance"].text
    assert client.get("/feeds/profiles/none").json()["code"] == "profile-not-found"


def test_a_preview_stores_nothing(client: TestClient, database: Database) -> None:
    """The answer is what an import would say, and the store is as it was."""
    before = everything(database)
    answer = client.post("/feeds/preview", files={"file": ("税务.csv", TAX)})
    told = answer.json()
    assert answer.status_code == 200, told
    assert (told["how"], told["profile"], told["accepted"], told["held"]) == ("chosen", "tax-finance", 1, 1)
    assert everything(database) == before


def test_an_import_names_its_profile_or_has_the_only_one_that_fits(client: TestClient) -> None:
    """The batch keeps the profile's name; a profile nobody named is told in the notes."""
    named = client.post(UPLOAD, files={"file": ("税务.csv", TAX)}, data={"profile": "tax-finance"})
    assert named.status_code == 201, named.json()
    assert client.get(named.headers["location"]).json()["profile"] == "tax-finance"
    again = client.post(UPLOAD, files={"file": ("税务.csv", TAX)})
    assert again.status_code == 200
    assert "tax-finance" in again.json()["notes"][0]


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({"profile": "none"}, 404, "profile-not-found"),
        ({"profile": "gas", "mapping": "feed: figures"}, 400, "invalid-mapping"),
        ({"profile": "gas"}, 400, "invalid-mapping"),
        ({"profile": "market-regulation"}, 400, "invalid-mapping"),
    ],
)
def test_a_profile_that_will_not_do_is_refused(
    client: TestClient, data: dict[str, str], status: int, code: str
) -> None:
    """One that does not exist, one beside a mapping, one that does not fit the file or the feed."""
    answer = client.post(UPLOAD, files={"file": ("税务.csv", TAX)}, data=data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_several_profiles_that_fit_are_a_question(client: TestClient) -> None:
    """Nothing is imported by taste: 400 with the names to choose from."""
    text = f"统一社会信用代码,年度,入库税收（元）,工业总产值（万元）\n{uscc(1)},2023,5,7\n"
    answer = client.post(UPLOAD, files={"file": ("a.csv", text.encode())})
    assert (answer.status_code, answer.json()["code"]) == (400, "profile-ambiguous")


def test_only_analysts_see_the_rows_of_a_preview(database: Database) -> None:
    """Whoever may import sees what is read by what, and how many rows are held, but no row."""
    with keyed_client(database, "import") as client:
        told = client.post("/feeds/preview", files={"file": ("税务.csv", TAX)})
    assert told.status_code == 200, told.json()
    assert "rows" not in told.json()
    assert "57210" not in told.text
    assert told.json()["held"] == 1
    with keyed_client(database, "import", "analyst") as client:
        rows = client.post("/feeds/preview", files={"file": ("税务.csv", TAX)}).json()["rows"]
    assert rows[0]["content"]["入库税收（元）"] == "57210.5"


def test_an_installations_own_profiles_are_served(database: Database, tmp_path: Path) -> None:
    """They are listed beside the shipped ones and used in previews."""
    (tmp_path / "our-tax.yaml").write_text(OWN, "utf-8")
    with open_client(database, profiles_dir=tmp_path) as client:
        listed = client.get("/feeds/profiles").json()["profiles"]
        names = {each["name"]: each["shipped"] for each in listed}
        assert (names["our-tax"], names["gas"]) == (False, True)
        answer = client.post("/feeds/preview", files={"file": ("t.csv", f"甲,乙\n{uscc(1)},5\n".encode())})
    assert answer.json()["profile"] == "our-tax"
