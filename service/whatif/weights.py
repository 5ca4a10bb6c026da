"""Weights moved while their sum stays 100: the others of the track give way in proportion."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from service.domain.scheme import POINT, Scheme, Track
from service.domain.scheme.values import plain

_WHOLE = 100 * POINT


def rescaled(weights: Mapping[str, Decimal], fixed: Mapping[str, Decimal]) -> dict[str, Decimal] | None:
    """Return all weights with the ``fixed`` ones as given and the others scaled so that the sum is 100.

    In millionths, the remainder by the largest fraction, ties by position. None when the others cannot make
    up the rest: there are none with a weight, or the fixed ones exceed 100.
    """
    others = {code: int(weight * POINT) for code, weight in weights.items() if code not in fixed}
    rest = _WHOLE - sum(int(weight * POINT) for weight in fixed.values())
    total = sum(others.values())
    if rest < 0 or (total == 0 and rest != 0):
        return None
    exact = {code: Fraction(weight * rest, total or 1) for code, weight in others.items()}
    minor = {code: int(share) for code, share in exact.items()}
    by_fraction = sorted(exact, key=lambda code: minor[code] - exact[code])
    for code in by_fraction[: rest - sum(minor.values())]:
        minor[code] += 1
    scaled = {code: Decimal(weight) / POINT for code, weight in minor.items()}
    return {code: fixed[code] if code in fixed else scaled[code] for code in weights}


def made_up(scheme: Scheme, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes to a scheme with those of weights made up for by the other weights of their track.

    Weights that are no numbers, or exceed 100, are left to the check of the changed scheme.
    """
    added: dict[str, Any] = {}
    for track in scheme.tracks:
        place = {each.code: f"tracks.{track.code}.indicators.{each.code}.weight" for each in track.indicators}
        try:
            fixed = {
                code: Decimal(str(changes[path])).quantize(Decimal(1) / POINT)
                for code, path in place.items()
                if path in changes
            }
        except InvalidOperation:
            continue
        scaled = rescaled({each.code: each.weight for each in track.indicators}, fixed) if fixed else None
        added |= {place[code]: plain(weight) for code, weight in (scaled or {}).items() if code not in fixed}
    return {**changes, **added}


def with_weights(scheme: Scheme, track: Track, weights: Mapping[str, Decimal]) -> tuple[Scheme, Track]:
    """Return the scheme and its track with other weights of the track's indicators."""
    indicators = tuple(each.model_copy(update={"weight": weights[each.code]}) for each in track.indicators)
    changed = track.model_copy(update={"indicators": indicators})
    tracks = tuple(changed if each.code == track.code else each for each in scheme.tracks)
    return _without_memory(scheme, tracks), changed


def _without_memory(scheme: Scheme, tracks: tuple[Track, ...]) -> Scheme:
    """A copy that does not share what the original computed once and kept."""
    fields = {name: getattr(scheme, name) for name in Scheme.model_fields}
    return Scheme.model_construct(**{**fields, "tracks": tracks})
