"""Uplift and contracts from hand-overs to HTTP, command line, layers and workbook, on both databases."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import openpyxl
import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import Connection, delete, select

from service.jobs.evaluating import evaluate, publish
from service.jobs.importing import import_file
from service.jobs.levers import contracts as contracts_job
from service.jobs.levers import uplift as uplift_job
from service.reference.schemes import load_scheme
from service.store.database import Database
from service.store.models import Evaluation, SnapshotPart
from tests.feeds.test_import_command import run
from tests.serving import key_for, keyed_client
from tests.support.parks import E1, E2, E3, E4, HandOvers
from tests.support.records import square
from tests.support.snapshots import indicator, scheme_text, track
from tests.support.stores import opened_store

FIRMS = (E1, E2, E3, E4)
AT_100 = {"method": "fixed", "value": 100}
SCHEME = scheme_text(
    track(
        indicator("tax_per_mu", numerator="tax", weight=50, benchmark={"method": "fixed", "value": 10}),
        indicator(
            "output_per_mu", numerator="output", weight=50, benchmark={"method": "fixed", "value": 100}
        ),
    )
)


@dataclass
class Park:
    """A store with two years evaluated and published; P1 … P3 built by halves, P4 without a limit."""

    database: Database
    url: str
    evaluation: int


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def park(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Park]:
    """The park, once per database: no test here changes it."""
    folder = tmp_path_factory.mktemp("levers")
    with opened_store(request, folder) as database:
        yield Park(database, database.url.render_as_string(hide_password=False), _evaluated(database, folder))


def _evaluated(database: Database, folder: Path) -> int:
    files = HandOvers(database, folder)
    area = {"land_use": "industrial", "registered_area_m2": 20_000, "floor_area_m2": 20_000, "far": 1}
    files.parcels(
        *({"code": f"P{n}", "town": "east", **area, "far_limit": 2 if n < 4 else None} for n in (1, 2, 3, 4))
    )
    files.enterprises(*({"uscc": uscc, "name": f"Firm {uscc[-3:]}", "industry": "C34"} for uscc in FIRMS))
    files.occupancies(
        *(
            {"parcel_code": f"P{n}", "uscc": uscc, "role": "own", "floor_area_m2": 20_000}
            for n, uscc in enumerate(FIRMS, 1)
        )
    )
    for year, growth in ((2022, 1.0), (2023, 1.25)):
        files.figures(
            *(
                {
                    "uscc": uscc,
                    "period": year,
                    "tax": 417.25 * n,
                    "output": 3000 * n * growth,
                    "headcount": 100,
                }
                for n, uscc in enumerate(FIRMS, 1)
            )
        )
    files.contracts(
        {
            "parcel_code": "P1",
            "contract_number": "HT-1",
            "signed_on": "2015-01-01",
            "start_by": "2015-07-01",
            "started_on": "2015-07-11",
            "complete_by": "2017-01-01",
            "completed_on": "2017-03-02",
            "extended_to": "2017-02-20",
            "reach_by": "2018-01-01",
            "price_wan_yuan": 900.5,
            "penalty_per_day": 0.001,
            "tax_wan_yuan_per_mu": 20,
            "far_max": 1.6,
            "leasing_clause": "经同意",
            "leasing_condition": "达产后",
            "uplift_clause": "允许",
            "industries": "34、35",
        },
        {"parcel_code": "P2", "coverage_max": 0.5, "height_max_m": 15, "transfer_clause": "禁止"},
    )
    _hall(database, folder)
    text = SCHEME + (
        "\nfar_uplift:\n  rules:\n    - {code: below, title: {zh: 低, en: low}, when: far < far_limit}\n"
    )
    (folder / "scheme.yaml").write_text(text, encoding="utf-8")
    scheme = load_scheme(str(folder / "scheme.yaml"))
    for period in ("2022", "2023"):
        made = evaluate(database, scheme, period)
        publish(database, made.id)
    return made.id


def _hall(database: Database, folder: Path) -> None:
    """A hall of 9 m with 2,000 m² of floor on P3."""
    outline = shapely.MultiPolygon([square(2, 1).buffer(-0.0003)])
    properties = {"code": "B1", "parcel_code": "P3", "floors": 1, "height_m": 9, "floor_area_m2": 2000}
    feature = {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(outline)}
    path = folder / "buildings.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert import_file(database, "buildings", path, crs="EPSG:4490").accepted == 1


def section(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A table of the report."""
    found: dict[str, Any] = next(each for each in document["sections"] if each["name"] == name)
    return found


def by_parcel(document: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """Rows of a table by parcel."""
    return {row["parcel_code"]: row for row in section(document, name)["rows"]}


@pytest.fixture
def client(park: Park) -> Iterator[TestClient]:
    """The service for whoever may read."""
    with keyed_client(park.database, "read") as reader:
        yield reader


def asked(client: TestClient, park: Park, path: str, scope: str = "analyst") -> dict[str, Any]:
    """The report that a route answers with."""
    answered = client.get(f"/evaluations/{park.evaluation}{path}", headers=key_for(park.database, scope))
    assert answered.status_code == 200, answered.text
    document: dict[str, Any] = answered.json()
    return document


class TestUplift:
    """Who may add what."""

    def test_every_limit_is_read_from_its_register(self, client: TestClient, park: Park) -> None:
        """By contract, by storeys, with the hall counted twice: 12,000, 10,000 and 18,000 m² left."""
        found = by_parcel(asked(client, park, "/uplift"), "candidates")
        assert {code: (row["binding"], row["floor_added_m2"]) for code, row in found.items()} == {
            "P1": ("far_contract", 12_000),
            "P2": ("coverage", 10_000),
            "P3": ("far_plan", 18_000),
        }
        assert (found["P3"]["recorded_far"], found["P3"]["counted_far"]) == (1, 1.1)
        assert found["P1"]["contract_uplift"] == "allowed"
        assert found["P2"]["contract_uplift"] == "to_be_clarified"
        assert {row["growth_output"] for row in found.values()} == {0.25}
        assert {row["growth_headcount"] for row in found.values()} == {0.0}
        assert {row["land_price"] for row in found.values()} == {"none"}

    def test_extra_tax_is_for_analysts(self, client: TestClient, park: Park) -> None:
        """Others see floor areas; no figure of a firm, and no total of them."""
        whole, seen = asked(client, park, "/uplift"), asked(client, park, "/uplift", "read")
        # tax per m² of floor × floor
        assert by_parcel(whole, "candidates")["P1"]["extra_tax_own"] == pytest.approx(
            417.25 / 20_000 * 12_000
        )
        assert "extra_tax_own" not in json.dumps(seen)
        assert "growth" not in json.dumps(seen["sections"])
        codes = [total["code"] for total in section(seen, "candidates")["totals"]]
        assert codes == [
            *("candidates", "contract_forbids", "told"),
            *("floor_added_known_m2", "floor_added_open_m2"),
        ]
        assert section(seen, "towns")["rows"][-1]["floor_added_m2"] == 40_000

    def test_the_ranking_is_by_extra_tax(self, client: TestClient, park: Park) -> None:
        """P3 earns three times as much and adds more; a target of one's own may turn it."""
        assert list(by_parcel(asked(client, park, "/uplift"), "candidates")) == ["P3", "P2", "P1"]
        document = asked(client, park, "/uplift?target=1.05")
        found = by_parcel(document, "candidates")
        assert {code: row["floor_added_m2"] for code, row in found.items()} == {
            "P2": 1000,
            "P1": 1000,
            "P3": 0,
        }
        assert document["head"]["target"] == 1.05

    def test_it_agrees_with_the_evaluation_where_the_same_rule_counts(self, park: Park) -> None:
        """Where the plan alone binds and no hall stands, the lever adds what the evaluation flags."""
        with park.database.reading() as connection:
            found = uplift_job.worked_out(connection, park.evaluation)
            parcels = uplift_job.evaluated(connection, park.evaluation).parcels
        flagged = dict(parcels.select("parcel_code", "additional_floor_area_m2").iter_rows())
        assert flagged["P1"] == flagged["P3"] == 20_000
        limits = found.report.sections[3].rows.filter(limit="far_plan")
        assert {
            row["parcel_code"]: row["allowed_floor_m2"] - 20_000 for row in limits.iter_rows(named=True)
        } == {code: flagged[code] for code in ("P1", "P2", "P3")}

    def test_a_parcel_without_a_limit_is_listed_as_open(self, client: TestClient, park: Park) -> None:
        """With the reason, if it is efficient."""
        assert "P4" not in by_parcel(asked(client, park, "/uplift"), "candidates")
        assert by_parcel(asked(client, park, "/uplift"), "open")["P4"]["unknown_room"] == "far_limit_missing"

    def test_the_layer_has_scores_and_what_the_lever_found(self, client: TestClient, park: Park) -> None:
        """Who may not see a figure finds it in no item and no filter."""
        base = "/collections/uplift-candidates"
        analyst = key_for(park.database, "analyst")
        features = client.get(f"{base}/items", headers=analyst).json()["features"]
        told = {each["properties"]["parcel_code"]: each["properties"] for each in features}
        assert {code: row["floor_added_limit_m2"] for code, row in told.items()} == {
            "P1": 12_000,
            "P2": 10_000,
            "P3": 18_000,
        }
        assert told["P1"]["floor_added_far_1_5_m2"] == 10_000
        assert told["P1"]["additional_floor_area_m2"] == 20_000
        assert told["P3"]["extra_tax_own"] == pytest.approx(3 * 417.25 * 0.9)
        assert "extra_tax_own" not in client.get(f"{base}/items").text
        assert client.get(f"{base}/items?filter=extra_tax_own > 1").status_code == 400
        found = client.get(f"{base}/items?filter=binding = 'coverage'").json()["features"]
        assert [each["properties"]["parcel_code"] for each in found] == ["P2"]


class TestContracts:
    """What was promised and kept."""

    def test_delays_shortfalls_and_penalties(self, client: TestClient, park: Park) -> None:
        """50 days of extension, 10 too many; the start within the shift; tax 13.9 of 20 a mu on 30 mu."""
        rows = section(asked(client, park, "/contracts"), "breaches")["rows"]
        found = {row["clause"]: row for row in rows if row["parcel_code"] == "P1"}
        assert set(found) == {"completion", "tax_per_mu"}
        late = found["completion"]
        assert (late["due_on"], late["done_on"], late["days_late"]) == ("2017-02-20", "2017-03-02", 10)
        assert late["penalty_fen"] == 9_005_000  # 900.5 万元 × 1‰ × 10
        assert found["tax_per_mu"]["shortfall_total_wan_yuan"] == pytest.approx(600 - 417.25)

    def test_the_year_before_stands_beside(self, client: TestClient, park: Park) -> None:
        """Of its own published evaluation."""
        rows = section(asked(client, park, "/contracts?parcel=P1"), "attainment")["rows"]
        assert [(row["period"], row["kept"]) for row in rows if row["clause"] == "tax_per_mu"] == [
            ("2023", False),
            ("2022", False),
        ]

    def test_permissions_of_every_parcel(self, client: TestClient, park: Park) -> None:
        """Unknown without a clause, and without a contract."""
        found = by_parcel(asked(client, park, "/contracts", "read"), "permissions")
        assert [(row["leasing"], row["transfer"], row["has_contract"]) for row in found.values()] == [
            ("with_consent", "unknown", True),
            ("unknown", "forbidden", True),
            ("unknown", "unknown", False),
            ("unknown", "unknown", False),
        ]

    def test_what_tells_a_firms_figure_is_for_analysts(self, client: TestClient, park: Park) -> None:
        """Promises and days are public; what was kept, and by how much not, is not."""
        text = json.dumps(asked(client, park, "/contracts", "read")["sections"])
        for hidden in ("actual", '"attainment":', "shortfall"):
            assert hidden not in text, hidden
        assert "days_late" in text

    def test_one_parcel_or_none(self, client: TestClient, park: Park) -> None:
        """A report of one, and a refusal for what is not there."""
        document = asked(client, park, "/contracts?parcel=P2&as_of=2023-06-30")
        assert (document["head"]["parcel"], document["head"]["as_of"]) == ("P2", "2023-06-30")
        assert list(by_parcel(document, "permissions")) == ["P2"]
        refused = client.get(f"/evaluations/{park.evaluation}/contracts?parcel=P9")
        assert (refused.status_code, refused.json()["place"]) == (404, "parcel")

    def test_the_layer(self, client: TestClient, park: Park) -> None:
        """Every parcel of the evaluation, with or without a contract."""
        features = client.get("/collections/contracts/items").json()["features"]
        told = {each["properties"]["parcel_code"]: each["properties"] for each in features}
        assert {code: (row["breaches"], row["days_late"], row["leasing"]) for code, row in told.items()} == {
            "P1": (2, 10, "with_consent"),
            "P2": (0, None, "unknown"),
            "P3": (None, None, "unknown"),
            "P4": (None, None, "unknown"),
        }
        assert "tax_attainment" not in told["P1"]
        tile = client.get("/collections/contracts/tiles/WebMercatorQuad/12/1689/3413")
        assert tile.status_code == 200
        drawn = mapbox_vector_tile.decode(tile.content)["contracts"]["features"]
        assert {each["properties"]["parcel_code"] for each in drawn} == {"P1", "P2", "P3", "P4"}
        assert client.get("/styles/contracts?f=mapbox").status_code == 200


@pytest.mark.parametrize("name", ["uplift", "contracts"])
def test_a_workbook_has_what_its_reader_may_see(client: TestClient, park: Park, name: str) -> None:
    """Its name tells lever and evaluation; the first sheet the rules, which nobody has verified."""
    answered = client.get(f"/evaluations/{park.evaluation}/{name}?f=xlsx")
    assert f"{name}-{park.evaluation}.xlsx" in answered.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answered.content))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "否 no" in cells
    assert not any("own productivity" in str(cell) or "Shortfall" in str(cell) for cell in cells)


def test_the_command_line_tells_the_same(
    park: Park, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table, JSON, and a refusal for an evaluation that is not there."""
    status, out, _ = run(["levers", "uplift", str(park.evaluation)], park.url, monkeypatch, capsys)
    assert status == 0
    assert "容积率提升" in out
    words = ["levers", "contracts", str(park.evaluation), "--parcel", "P1", "--format", "json"]
    status, out, _ = run(words, park.url, monkeypatch, capsys)
    assert status == 0
    assert {row["clause"] for row in section(json.loads(out), "breaches")["rows"]} == {
        "completion",
        "tax_per_mu",
    }
    assert run(["levers", "uplift", "77"], park.url, monkeypatch, capsys)[0] != 0


class TestEarlyRelease:
    """Evaluations of which only the scores are left."""

    @staticmethod
    @contextmanager
    def without_tables(park: Park, period: str) -> Iterator[Connection]:
        """The store as if the evaluation of a year had kept no inputs; nothing of it stays."""
        with park.database.engine.connect() as connection, connection.begin() as changes:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no triggers
            else:
                guards = (
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'snapshot_part'"
                )
                for name in connection.exec_driver_sql(guards).scalars().all():
                    connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
            frozen = select(Evaluation.snapshot_hash).where(Evaluation.period == period)
            done = connection.execute(delete(SnapshotPart).where(SnapshotPart.snapshot_hash.in_(frozen)))
            assert done.rowcount
            yield connection
            changes.rollback()

    def test_uplift_has_nothing_to_work_out(self, park: Park) -> None:
        """An empty report with its rules, and no column for the layer but nulls."""
        with self.without_tables(park, "2023") as connection:
            found = uplift_job.report(connection, park.evaluation, 1.5)
            layer = uplift_job.of_parcels(connection, park.evaluation)
        assert [each.rows.height for each in found.sections] == [0] * len(found.sections)
        assert found.bases
        assert layer.height == 0

    def test_contracts_tell_days_and_clauses(self, park: Park) -> None:
        """What stands in the contract alone; of every figure nobody knows."""
        with self.without_tables(park, "2023") as connection:
            found = contracts_job.worked_out(connection, park.evaluation)
        tables = {each.name: each.rows.to_dicts() for each in found.report.sections}
        assert [(row["parcel_code"], row["clause"]) for row in tables["breaches"]] == [("P1", "completion")]
        assert [row["leasing"] for row in tables["permissions"]][:2] == ["with_consent", "unknown"]
        assert {row["kept"] for row in tables["attainment"] if row["period"] == "2023"} == {None}
        assert found.parcels["parcel_code"].to_list() == ["P1", "P2", "P3", "P4"]

    def test_a_year_before_is_skipped(self, park: Park) -> None:
        """As if nobody had evaluated it."""
        with self.without_tables(park, "2022") as connection:
            found = contracts_job.report(connection, park.evaluation)
        attained = next(each for each in found.sections if each.name == "attainment").rows
        assert set(attained["period"]) == {"2023"}


def test_a_draft_is_not_there_for_everybody(client: TestClient) -> None:
    """Nor is an evaluation that nobody has made."""
    for name in ("uplift", "contracts"):
        assert client.get(f"/evaluations/99/{name}").status_code == 404
