"""A synthetic park of any size, seeded: parcels on a grid, 1.5 occupancies each, figures for every firm."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely
from stdnum.cn import uscc

METRICS = ("tax", "output", "energy_equal_supply")
WEST_SOUTH = (120.5, 29.5)
STEP = 0.0012  # degrees between corners: parcels of about one hectare


@dataclass(frozen=True)
class Park:
    """Frames with the names that an import without a mapping reads, and the polygons of the parcels."""

    parcels: pl.DataFrame
    geometry: np.ndarray
    enterprises: pl.DataFrame
    occupancies: pl.DataFrame
    figures: pl.DataFrame


def make_park(parcels: int, seed: int = 1) -> Park:
    """Return a park of ``parcels`` parcels, as many enterprises, and 1.5 occupancies for each."""
    random = np.random.default_rng(seed)
    numbers = np.arange(parcels)
    codes = [parcel_code(n) for n in numbers]
    west = WEST_SOUTH[0] + numbers % side(parcels) * STEP
    south = WEST_SOUTH[1] + numbers // side(parcels) * STEP
    width, height = STEP * random.uniform(0.6, 0.95, (2, parcels))
    area = width * height * 111_000 * 96_600

    firms = [firm(n) for n in numbers]
    holdings = parcels + parcels // 2
    held_by = np.concatenate([numbers, random.integers(0, parcels, holdings - parcels)])
    on = np.concatenate([random.permutation(parcels), random.integers(0, parcels, holdings - parcels)])
    output = random.lognormal(8, 1, parcels).round(2)
    return Park(
        parcels=pl.DataFrame(
            {
                "code": codes,
                "town": [f"town {n}" for n in numbers * 8 // parcels],
                "land_use": "industrial",
                "registered_area_m2": area.round(2),
                "floor_area_m2": (area * random.uniform(0.2, 2.2, parcels)).round(2),
                "far_limit": random.choice([1.2, 1.5, 2.0, 2.5], parcels),
            }
        ),
        geometry=shapely.box(west, south, west + width, south + height),
        enterprises=pl.DataFrame(
            {
                "uscc": firms,
                "name": [f"Firm {n}" for n in numbers],
                "industry": random.integers(13, 44, parcels).astype(str),
                "above_scale": random.random(parcels) < 0.4,
            }
        ),
        occupancies=pl.DataFrame(
            {
                "parcel_code": np.array(codes)[on],
                "uscc": np.array(firms)[held_by],
                "role": "own",
                "floor_area_m2": random.uniform(500, 20_000, holdings).round(2),
            }
        ).unique(["parcel_code", "uscc"], keep="first", maintain_order=True),
        figures=pl.DataFrame(
            {
                "uscc": firms,
                "period": "2023",
                "tax": (output * random.uniform(0.01, 0.12, parcels)).round(2),
                "output": output,
                "energy_equal_supply": (output * random.lognormal(-2, 0.5, parcels)).round(1),
            }
        ),
    )


def parcel_code(number: int) -> str:
    """Return the code of a parcel by its number."""
    return f"330299{number // 10_000_000:03d}{number // 10_000 % 1000:03d}GB{number % 10_000:05d}"


def side(parcels: int) -> int:
    """Return how many parcels lie along an edge of the grid."""
    return int(np.ceil(np.sqrt(parcels)))


def firm(number: int) -> str:
    """Return the code of a firm by its number."""
    stem = f"91330299{number:09d}"
    return stem + uscc.calc_check_digit(stem)
