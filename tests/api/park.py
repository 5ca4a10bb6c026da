"""A small park, imported and evaluated through the real jobs, whose confidential numbers are unmistakable."""

import json
from dataclasses import dataclass
from pathlib import Path

from service.jobs.evaluating import evaluate, publish
from service.jobs.importing import import_file
from service.jobs.measures.forms import NewMeasure
from service.jobs.measures.keeping import propose
from service.reference.schemes import shipped_scheme
from service.store import matches
from service.store.database import Database
from service.store.matches import Question

DISTRICT = "滨江"
USCCS = ("91350100M000100Y43", "91110000600037341L", "91330100799655058B", "91330100668033456N")

# 万元 and kWh as they are handed over; no two share seven digits, and none is a round number
_FIGURES = {
    "2022": ((4159.265358, 97932.384626, 4338327.95), (2718.281828, 45904.523536, 2874713.52)),
    "2023": (
        (4815.162342, 86753.098675, 5772156.649),
        (2303.577269, 61803.398874, 1414213.562),
        (1618.033988, 31415.926535, 2236067.977),
        (1098.612288, 69314.718055, 2645751.311),
    ),
}


@dataclass(frozen=True)
class Park:
    """What the park has: a published evaluation of 2023, a draft of 2022, parcels, batches, a file."""

    published: int
    draft: int
    parcels: tuple[str, ...]
    batches: dict[str, int]
    figures: bytes


def build(database: Database, folder: Path) -> Park:
    """Import the park's five hand-overs, evaluate 2022 and 2023, and publish 2023."""
    batches = {}
    for feed, name, content in (
        ("parcels", "parcels.geojson", _parcels()),
        ("enterprises", "enterprises.csv", _enterprises()),
        ("occupancies", "occupancies.csv", _occupancies()),
        ("figures", "figures.csv", _figures()),
        # on the empty parcel: what is to let takes nothing from the evaluation
        ("premises", "premises.csv", "code,parcel_code,land_area_m2\nCF1,P4,20000\n"),
    ):
        path = folder / name
        path.write_text(content, encoding="utf-8")
        report = import_file(database, feed, path, district=DISTRICT)
        assert report.batch_id is not None
        assert report.accepted == report.read - (feed == "figures"), report
        batches[feed] = report.batch_id
    _reject_a_name(database)
    scheme = shipped_scheme("parcel")
    published = publish(database, evaluate(database, scheme, "2023", DISTRICT).id)
    draft = evaluate(database, scheme, "2022", DISTRICT)
    assert published.scored == 3
    _propose_a_measure(database, published.id)
    parcels = tuple(f"P{number}" for number in range(5))
    return Park(published.id, draft.id, parcels, batches, _figures().encode())


def _propose_a_measure(database: Database, evaluation: int) -> None:
    said = {
        "kind": "leasing",
        "title": "西侧厂房招租",
        "parcels": ["P0"],
        "evaluation_id": evaluation,
        "expected_tax_gained_wan_yuan": "1234.987651",
        "expected_output_gained_wan_yuan": "27182.845904",
        "expected_energy_saved_tce": "8128.496",
        "expected_floor_area_added_m2": "1200",
    }
    propose(database, NewMeasure.model_validate(said), "office")


def _reject_a_name(database: Database) -> None:
    candidate = {"uscc": USCCS[0], "name": "企业0", "similarity": 0.8}
    with database.writing() as connection:
        (match,) = matches.ask(connection, [Question("企业", "企业", [candidate])])
        matches.change(connection, match, "rejected", by="clerk")


def _parcels() -> str:
    # a row of squares of about 200 m; the last one is empty land
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": f"P{number}",
                "town": "东街道" if number < 3 else "西街道",
                "name": f"地块{number}",
                "registered_area_m2": 40000 + 1000 * number,
                "floor_area_m2": 36000,
                "far_limit": 2.5,
            },
            "geometry": {"type": "Polygon", "coordinates": [_square(120.2 + number * 0.003, 30.2, 0.002)]},
        }
        for number in range(5)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _square(west: float, south: float, side: float) -> list[tuple[float, float]]:
    east, north = west + side, south + side
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def _enterprises() -> str:
    rows = [f"{uscc},企业{number},C{26 + number},true" for number, uscc in enumerate(USCCS)]
    return "\n".join(["uscc,name,industry,above_scale", *rows, ""])


def _occupancies() -> str:
    # P0 and P1 by one firm each, P2 by two, the others by nobody
    holdings = [("P0", 0, 30000), ("P1", 1, 30000), ("P2", 2, 20000), ("P2", 3, 10000)]
    rows = [f"{parcel},{USCCS[firm]},own,{floor}" for parcel, firm, floor in holdings]
    return "\n".join(["parcel_code,uscc,role,floor_area_m2", *rows, ""])


def _figures() -> str:
    rows = [
        f"{USCCS[firm]},{period},{tax},{output},{energy}"
        for period, firms in _FIGURES.items()
        for firm, (tax, output, energy) in enumerate(firms)
    ]
    # held, and quoted in its row: no number can be read from it
    rows.append(f"{USCCS[0]},2023,五千七百二十一点五六六四九零,1,1")
    return "\n".join(["uscc,period,tax,output,energy_equal_supply", *rows, ""])
