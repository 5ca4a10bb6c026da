"""What if over HTTP and on the command line: simulations, comparisons, sensitivity; nothing is stored."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from service.access.policy import PROPERTIES
from service.cli import main
from service.jobs.evaluating import evaluate
from service.jobs.simulating import Changes, Page, compare, simulate
from service.reference.scheme_changes import changed
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from service.store.models import Base
from service.whatif.report import Move
from service.whatif.weights import made_up
from tests.api.conftest import Built
from tests.api.park import DISTRICT
from tests.serving import key_for, keyed_client, open_client
from tests.support.parks import hand_over_small_park
from tests.support.snapshots import indicator, scheme, scheme_text, track

pytestmark = pytest.mark.one_store

_PARCEL = json.loads(shipped_scheme("parcel").canonical_json())
_TRACK = shipped_scheme("parcel").tracks[0]
_CUT = f"tracks.{_TRACK.code}.grades.cuts.A.up_to"
_WEIGHT = f"tracks.{_TRACK.code}.indicators.{_TRACK.indicators[0].code}.weight"


@pytest.fixture(scope="module")
def client(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client on this machine, with all rights, of the park."""
    with open_client(built.database, data_dir=tmp_path_factory.mktemp("data")) as opened:
        yield opened


def everything(database: Database) -> dict[str, list[Any]]:
    """Return all rows of all tables, the data version among them."""
    with database.reading() as connection:
        return {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()))
            for name in Base.metadata.tables
        }


def simulated(client: TestClient, **body: Any) -> Any:
    """Return the answer to a simulation."""
    answer = client.post("/evaluations:simulate", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_nothing_of_it_is_stored(client: TestClient, built: Built) -> None:
    """Data version and every table are as before, and no evaluation was added."""
    before, base = everything(built.database), built.park.published
    simulated(client, base=base, changes={_CUT: 50})
    client.get(f"/evaluations/{base}/comparison", params={"with": built.park.draft}).raise_for_status()
    client.get(f"/evaluations/{base}/sensitivity").raise_for_status()
    assert everything(built.database) == before


def test_the_same_scheme_changes_nothing_however_it_is_sent(client: TestClient, built: Built) -> None:
    """By name, as an object, as YAML, or as a change to what is there already."""
    for by in (
        {"scheme": "parcel"},
        {"scheme": _PARCEL},
        {"scheme": yaml.safe_dump(_PARCEL, allow_unicode=True)},
        {"changes": {_WEIGHT: str(_TRACK.indicators[0].weight)}},
        {"changes": {_WEIGHT: str(_TRACK.indicators[0].weight)}, "rescale": True},
    ):
        found = simulated(client, base=built.park.published, **by)
        assert found["scheme_differences"] == []
        assert found["moves"] == {"total": 0, "offset": 0, "parcels": []}
        assert found["before"]["scheme_hash"] == found["after"]["scheme_hash"]
        assert (found["before"]["evaluation_id"], found["after"]["evaluation_id"]) == (1, None)


def test_a_base_is_also_named_by_district_and_period(client: TestClient, built: Built) -> None:
    """The latest published evaluation, else the latest draft."""
    for period, expected in (("2023", built.park.published), ("2022", built.park.draft)):
        found = simulated(client, base={"district": DISTRICT, "period": period}, scheme="parcel")
        assert found["before"]["evaluation_id"] == expected


def test_what_is_simulated_is_what_an_evaluation_gives(database: Database, tmp_path: Path) -> None:
    """Parcel by parcel, with all figures: as if the scheme had been evaluated, stored and compared."""
    hand_over_small_park(database, tmp_path)
    plain = scheme(track(indicator(weight=60), indicator("output_per_mu", numerator="output", weight=40)))
    changes = {"tracks.all.indicators.tax_per_mu.weight": 12.5, "tracks.all.grades.cuts.A.up_to": 50}
    base = evaluate(database, plain, "2023").id
    everybody = Page("all", figures=True)
    simulation = simulate(database, base, Changes(changes, rescale=True), everybody)
    stored = evaluate(database, changed(plain, made_up(plain, changes)), "2023").id
    comparison = compare(database, base, stored, everybody)
    assert simulation.moves.total == 3
    apart = {"after": {"evaluation_id", "created_at"}}
    assert simulation.model_dump(exclude=apart) == comparison.model_dump(exclude=apart)
    assert any(move.points_change for move in simulation.moves.parcels)


def test_what_is_for_analysts_is_what_the_policy_says() -> None:
    """Every property of a move is in the table, and those masked are those that a page leaves out."""
    assert PROPERTIES["moves"].keys() == Move.model_fields.keys()
    masked = {name for name, sensitivity in PROPERTIES["moves"].items() if sensitivity == "analyst"}
    assert masked == {"amounts", "items"}


def test_a_scheme_may_score_what_was_not_scored(client: TestClient, built: Built) -> None:
    """Cut-offs move grades, and land moves with them; the matrix holds every parcel."""
    found = simulated(client, base=built.park.published, changes={_CUT: 50})
    assert sum(cell["parcels"] for cell in found["grades"]) == 5
    (difference,) = found["scheme_differences"]
    assert (difference["track"], difference["kind"], difference["change"]) == (
        _TRACK.code,
        "track",
        "changed",
    )
    assert sum(cell["land_area_after_m2"] for cell in found["grades"]) == 210_000
    assert {cell["to_grade"] for cell in found["grades"]} >= {"A", None}
    assert sum(town["parcels"] for town in found["towns"]) == 5
    assert {town["town"] for town in found["towns"]} == {"东街道", "西街道"}


@pytest.mark.parametrize(
    ("body", "status", "code", "place"),
    [
        ({"base": 99, "scheme": "parcel"}, 404, "not-found", None),
        ({"base": {"district": "nowhere", "period": "2023"}, "scheme": "parcel"}, 404, "not-found", None),
        ({"base": {"district": DISTRICT, "period": "1999"}, "scheme": "parcel"}, 404, "not-found", None),
        ({"base": 1, "scheme": "no-such"}, 404, "scheme-not-found", None),
        ({"base": 1, "scheme": "/etc/passwd"}, 404, "scheme-not-found", None),
        ({"base": 1, "scheme": "a: &a [x]\nb: [*a, *a]\n"}, 400, "invalid-scheme", "/scheme:2"),
        ({"base": 1, "scheme": "#" * 70_000 + "\n"}, 400, "invalid-scheme", "/scheme"),
        ({"base": 1, "changes": {_WEIGHT: 99}}, 400, "invalid-scheme", f"/changes/tracks.{_TRACK.code}"),
        (
            {"base": 1, "changes": {_WEIGHT: 101}, "rescale": True},
            400,
            "invalid-scheme",
            f"/changes/{_WEIGHT}",
        ),
        (
            {"base": 1, "changes": {"tracks.none.when": "x"}},
            400,
            "invalid-scheme",
            "/changes/tracks.none.when",
        ),
        ({"base": 1, "changes": {"citation": "x" * 70_000}}, 400, "invalid-scheme", "/changes"),
        ({"base": 1, "changes": {}}, 400, "invalid-parameter", "/changes"),
        ({"base": 1}, 400, "invalid-parameter", "/"),
        ({"base": 1, "scheme": "parcel", "changes": {_CUT: 1}}, 400, "invalid-parameter", "/"),
        ({"base": 1, "scheme": "parcel", "publish": True}, 400, "invalid-parameter", "/publish"),
        ({"scheme": "parcel"}, 400, "invalid-parameter", "/base"),
    ],
)
def test_what_cannot_be_simulated_is_explained(
    client: TestClient, body: dict[str, Any], status: int, code: str, place: str | None
) -> None:
    """Each mistake has its code and its place."""
    answer = client.post("/evaluations:simulate", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert place is None or answer.json()["place"] == place


def test_a_scheme_that_reads_last_year_needs_a_snapshot_that_has_it(client: TestClient, built: Built) -> None:
    """Benchmarks of last year are not quietly missing: nobody would reach any."""
    before = scheme_text(track(indicator(benchmark={"method": "mean", "of": "last_year"})))
    answer = client.post("/evaluations:simulate", json={"base": built.park.published, "scheme": before})
    assert (answer.status_code, answer.json()["code"]) == (400, "no-figures-before")


def test_two_years_are_compared(client: TestClient, built: Built) -> None:
    """From the draft of 2022 to 2023: both schemes and periods are named, changes have their signs."""
    address = f"/evaluations/{built.park.draft}/comparison"
    found = client.get(address, params={"with": built.park.published, "parcels": "moved"}).json()
    assert (found["before"]["period"], found["after"]["period"]) == ("2022", "2023")
    assert found["totals_before"]["scored"] == 2
    assert (found["newly_scored"]["parcels"], found["no_longer_scored"]["parcels"]) == (1, 0)
    page = client.get(
        address, params={"with": built.park.published, "parcels": "moved", "limit": 1, "offset": 1}
    ).json()
    assert page["moves"]["parcels"] == found["moves"]["parcels"][1:2]
    itself = client.get(address, params={"with": built.park.draft}).json()
    assert itself["moves"]["total"] == 0


def test_figures_are_for_analysts(client: TestClient, built: Built) -> None:
    """Whoever may evaluate sees points move, not the figures that moved them; absent, not null."""
    body = {"base": built.park.published, "scheme": "huangyan-2022"}
    whole = client.post("/evaluations:simulate", params={"parcels": "all"}, json=body).json()
    assert all({"amounts", "items"} <= move.keys() for move in whole["moves"]["parcels"])
    assert whole["moves"]["parcels"][0]["amounts"]["tax"]["unit"] == "万元"
    with keyed_client(built.database, "evaluate") as evaluator:
        told = evaluator.post("/evaluations:simulate", params={"parcels": "all"}, json=body).json()
    assert len(told["moves"]["parcels"]) == 5
    for seen, move in zip(told["moves"]["parcels"], whole["moves"]["parcels"], strict=True):
        assert move.keys() - seen.keys() == {"amounts", "items"}
        assert seen == {name: move[name] for name in seen}


@pytest.mark.parametrize(
    ("path", "by", "place"),
    [
        ("/evaluations", {"scheme": _PARCEL}, "/scheme"),
        ("/evaluations", {"scheme": yaml.safe_dump(_PARCEL)}, "/scheme"),
        ("/evaluations", {"scheme": "name: x\ntracks: ["}, "/scheme"),
        ("/evaluations:simulate", {"scheme": _PARCEL}, "/scheme"),
        ("/evaluations:simulate", {"scheme": yaml.safe_dump(_PARCEL)}, "/scheme"),
        ("/evaluations:simulate", {"changes": {_WEIGHT: 70}, "rescale": True}, "/changes"),
    ],
)
def test_whoever_writes_the_rule_must_be_an_analyst(
    built: Built, path: str, by: dict[str, Any], place: str
) -> None:
    """Points by a scheme of one's own may be a firm's figure, which is no secret for analysts."""
    base = {"base": built.park.published} if path.endswith("simulate") else {"period": "2023"}
    with keyed_client(built.database, "evaluate") as evaluator:
        refused = evaluator.post(path, json=base | by)
        both = key_for(built.database, "evaluate", "analyst")
        allowed = evaluator.post(path, json=base | by, headers=both)
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["place"]) == (403, "scope-missing", place)
    assert "'analyst'" in problem["detail"]
    assert problem["action"]
    assert allowed.status_code == (400 if by.get("scheme") == "name: x\ntracks: [" else 200), allowed.text


def test_readers_neither_simulate_nor_learn_of_drafts(client: TestClient, built: Built) -> None:
    """A draft is not there for them, on either side."""
    published, draft = built.park.published, built.park.draft
    with keyed_client(built.database, "read") as reader:
        assert (
            reader.post("/evaluations:simulate", json={"base": published, "scheme": "parcel"}).status_code
            == 403
        )
        for one, other, status in (
            (published, draft, 404),
            (draft, published, 404),
            (published, published, 200),
        ):
            answer = reader.get(f"/evaluations/{one}/comparison", params={"with": other})
            assert answer.status_code == status
        assert reader.get(f"/evaluations/{draft}/sensitivity").status_code == 404
        assert reader.get(f"/evaluations/{published}/sensitivity").status_code == 200
        assert reader.get(f"/evaluations/{published}/comparison").json()["code"] == "invalid-parameter"
        headers = key_for(built.database, "analyst")
        assert reader.get(f"/evaluations/{draft}/sensitivity", headers=headers).status_code == 200


def test_sensitivity_is_that_of_the_stored_ranking(client: TestClient, built: Built) -> None:
    """Every weight that counts, three variants each, and the stored result comes out again."""
    found = client.get(f"/evaluations/{built.park.published}/sensitivity", params={"step": 20}).json()
    assert (found["step"], found["reproduced"]) == (20, True)
    (track_,) = found["tracks"]
    assert [each["indicator"] for each in track_["weights"]] == [
        i.code for i in _TRACK.indicators if i.weight
    ]
    changes = {variant["change"] for each in track_["weights"] for variant in each["variants"]}
    assert changes == {"+20%", "-20%", "without"}
    for step in (0, 51, "some"):
        answer = client.get(f"/evaluations/{built.park.published}/sensitivity", params={"step": step})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-parameter")


def test_more_at_once_than_allowed_come_again_later(built: Built) -> None:
    """503 with Retry-After while all places are taken, and an answer when one is free."""
    with open_client(built.database, simulations=1) as client:
        address = f"/evaluations/{built.park.published}/sensitivity"
        places = client.app.state.simulations  # type: ignore[attr-defined]
        with places:
            refused = client.get(address)
        assert (refused.status_code, refused.json()["code"]) == (503, "saturated")
        assert int(refused.headers["retry-after"]) > 0
        for _ in range(3):  # also after an error the place is given back
            assert client.get(f"/evaluations/{built.park.published}/comparison?with=99").status_code == 404
        assert client.get(address).status_code == 200


def test_evaluations_that_have_nothing_in_common_are_not_compared(database: Database, tmp_path: Path) -> None:
    """Of two districts."""
    hand_over_small_park(database, tmp_path)
    shape = {"type": "Polygon", "coordinates": [[[121, 30], [121.01, 30], [121.01, 30.01], [121, 30]]]}
    feature = {"type": "Feature", "properties": {"code": "Q1"}, "geometry": shape}
    elsewhere = json.dumps({"type": "FeatureCollection", "features": [feature]})
    with open_client(database, data_dir=tmp_path) as client:
        upload = {"file": ("q.geojson", elsewhere.encode())}
        client.post("/feeds/parcels/batches", files=upload, data={"district": "江北"})
        one = evaluate(database, shipped_scheme("parcel"), "2023", "330299")
        other = evaluate(database, shipped_scheme("parcel"), "2023", "江北")
        answer = client.get(f"/evaluations/{one.id}/comparison", params={"with": other.id})
    assert (answer.status_code, answer.json()["code"]) == (400, "different-districts")


@pytest.mark.usefixtures("wide_terminal")
def test_the_command_line_says_the_same(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tables for people, JSON for programs, and a mistake as a block with its place."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", database_url)
    database = Database(database_url)
    hand_over_small_park(database, tmp_path)
    plain = scheme(track(indicator(weight=60), indicator("output_per_mu", numerator="output", weight=40)))
    first = evaluate(database, plain, "2023").id
    second = evaluate(database, shipped_scheme("parcel"), "2023").id
    database.dispose()

    def mujun(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mujun", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    weight = "tracks.all.indicators.tax_per_mu.weight=10"
    status, told, _ = mujun("simulate", str(first), "--change", weight, "--rescale", "--parcels", "all")
    assert (status, "simulated 推演" in told, "Grades 档次变化" in told, "P1" in told) == (
        0,
        True,
        True,
        True,
    )
    status, told, _ = mujun("simulate", str(first), "--change", weight, "--rescale", "--json")
    assert (status, json.loads(told)["before"]["evaluation_id"]) == (0, first)
    status, told, _ = mujun("compare", str(first), str(second))
    assert (status, f"evaluation 评价 {second}" in told) == (0, True)
    status, told, _ = mujun("sensitivity", str(first), "--step", "5")
    assert (status, "without" in told, "Kendall" in told) == (0, True, True)
    status, _, said = mujun("simulate", str(first), "--change", weight)
    assert (status, "/changes/tracks.all" in said) == (1, True)
    assert mujun("simulate", str(first), "--change", "weight")[0] == 1
    assert mujun("simulate", str(first))[0] == 1
    assert mujun("compare", "1", "99")[0] == 1
