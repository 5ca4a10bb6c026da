"""Questions about names over HTTP and on the command line: who sees them, who decides, and only once."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.cli import main
from service.feeds.mappings.mapping import parse_mapping
from service.jobs import matching
from service.jobs.importing import import_file
from service.store.database import Database
from tests.feeds.handing import uscc, write_csv
from tests.serving import key_for, keyed_client, open_client

_REGISTER = "feed: enterprises\ncolumns: {uscc: 代码, name: 名称}"
_BY_NAME = """
feed: figures
columns: {enterprise_name: 名称, period: {constant: 2023}}
metrics: {tax: {column: 税收, unit: yuan}}
"""
_DECIDED = {"status": "decided", "uscc": uscc(1).lower()}


@pytest.fixture
def asked(database: Database, tmp_path: Path) -> Database:
    """A store with one firm, and two rows of a name that is not quite the firm's."""
    for name, mapping, rows in (
        ("firms.csv", _REGISTER, [("代码", "名称"), (uscc(1), "宁波恒禾机械有限公司")]),
        ("tax.csv", _BY_NAME, [("名称", "税收"), ("恒禾机械", "5"), ("恒禾 机械", "6")]),
    ):
        parsed = parse_mapping(mapping)
        import_file(database, parsed.feed, write_csv(tmp_path / name, rows), mapping=parsed)
    return database


@pytest.fixture
def client(asked: Database) -> Iterator[TestClient]:
    """A client on this machine, with all rights."""
    with open_client(asked) as opened:
        yield opened


def test_a_question_is_decided_once(client: TestClient, asked: Database) -> None:
    """It is listed open with candidates, and decided with who and when; the same again changes nothing."""
    (question,) = client.get("/matches?status=open").json()["matches"]
    assert (question["name"], question["waiting"], question["uscc"]) == ("恒禾机械", 2, None)
    assert question["candidates"][0]["uscc"] == uscc(1)
    address = f"/matches/{question['id']}"
    decided = client.put(address, json=_DECIDED).json()
    assert (decided["status"], decided["uscc"], decided["decided_by"]) == ("decided", uscc(1), "open")
    assert decided["registered"] is True
    assert client.put(address, json=_DECIDED).json() == decided == client.get(address).json()
    assert client.get("/matches?status=open").json()["matches"] == []
    assert len(matching.held_rows(asked, question["id"])) == 2


def test_who_decides_otherwise_revokes_first(client: TestClient) -> None:
    """409 names the first decision; after it is revoked the question is open again."""
    client.put("/matches/1", json=_DECIDED)
    refused = client.put("/matches/1", json={"status": "rejected"})
    assert (refused.status_code, refused.json()["code"]) == (409, "decided-already")
    assert uscc(1) in refused.json()["detail"]
    reopened = client.put("/matches/1", json={"status": "open"}).json()
    assert (reopened["status"], reopened["uscc"], reopened["decided_by"], reopened["decided_at"]) == (
        "open",
        None,
        None,
        None,
    )
    assert client.put("/matches/1", json={"status": "rejected"}).json()["status"] == "rejected"


def test_of_two_who_decide_at_once_one_learns_of_the_other(asked: Database) -> None:
    """Exactly one decision stands, and the other person is told."""

    def decide(number: int) -> str | None:
        try:
            return matching.decide(asked, 1, uscc(number), f"clerk {number}").uscc
        except matching.Conflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(decide, range(1, 5)))
    (stands,) = [outcome for outcome in outcomes if outcome is not None]
    found = matching.question(asked, 1)
    assert found.uscc == stands
    assert uscc(int(str(found.decided_by)[-1])) == stands


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"status": "decided"}, "invalid-parameter"),
        ({"status": "rejected", "uscc": uscc(1)}, "invalid-parameter"),
        ({"status": "decided", "uscc": "91330299000000001A"}, "invalid-parameter"),
        ({"status": "decided", "uscc": "x"}, "invalid-parameter"),
        ({"status": "perhaps"}, "invalid-parameter"),
        ({"status": "open", "more": 1}, "invalid-parameter"),
    ],
)
def test_a_bad_decision_is_refused(client: TestClient, body: dict[str, object], code: str) -> None:
    """400 says what is wrong, and nothing is decided."""
    answer = client.put("/matches/1", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == code
    assert client.get("/matches/1").json()["status"] == "open"


def test_an_unknown_question_is_not_found(client: TestClient) -> None:
    """404 for reading and for deciding."""
    assert client.get("/matches/99").status_code == 404
    assert client.put("/matches/99", json=_DECIDED).status_code == 404


def test_names_are_for_analysts_and_decisions_for_importers(asked: Database) -> None:
    """Readers see how much is open; who may import decides, and sees names only as an analyst."""
    with keyed_client(asked) as client:
        reader = key_for(asked, "read")
        importer = key_for(asked, "import", "analyst")
        shown = client.get("/matches/1", headers=reader).json()
        assert shown.keys() == {"id", "status", "asked_at", "decided_at", "waiting", "registered"}
        assert client.put("/matches/1", headers=reader, json=_DECIDED).status_code == 403
        assert client.put("/matches/1", headers=importer, json=_DECIDED).json()["uscc"] == uscc(1)


def test_questions_are_listed_page_by_page(client: TestClient, asked: Database, tmp_path: Path) -> None:
    """In the order in which they were asked, each once."""
    rows = [("名称", "税收"), *((f"无此企业{number}", "1") for number in range(5))]
    parsed = parse_mapping(_BY_NAME)
    import_file(asked, parsed.feed, write_csv(tmp_path / "more.csv", rows), mapping=parsed)
    seen, address = [], "/matches?limit=2"
    while address:
        page = client.get(address).json()
        seen += [each["id"] for each in page["matches"]]
        address = page.get("next")
    assert seen == [1, 2, 3, 4, 5, 6]


@pytest.mark.usefixtures("wide_terminal")
def test_the_command_line_lists_decides_and_revokes(
    asked: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``mujun match`` does what the routes do, and a conflict ends with status 1."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", database_url)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["mujun", "match", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    status, listed = run("list", "--status", "open")
    assert status == 0
    assert uscc(1) in listed
    assert "恒禾机械" in listed
    assert run("decide", "1", uscc(2), "--by", "clerk")[0] == 0
    assert matching.question(asked, 1).decided_by == "clerk"
    status, said = run("reject", "1")
    assert (status, "decided-already" in said) == (1, True)
    assert run("revoke", "1")[0] == 0
    assert run("reject", "1", "--by", "clerk")[0] == 0
    assert matching.question(asked, 1).status == "rejected"
