"""What the rules of a scheme may read, besides the marks of occupants and the values of indicators."""

from types import MappingProxyType

from service.domain.expressions import Kind, Property, Vocabulary, vocabulary
from service.domain.scheme.values import POINT

AREAS = ("land_area", "floor_area", "footprint_area")
"""Areas an indicator may name beside metrics."""

PARCEL_PROPERTIES: Vocabulary = vocabulary(
    Property("town", Kind.TEXT),
    Property("land_use", Kind.TEXT),
    Property("industry", Kind.TEXT),  # GB/T 4754 code of the occupant with the largest weight
    Property("division", Kind.TEXT),  # its first two digits
    Property("industry_group", Kind.TEXT),  # the scheme's group of that division
    Property("above_scale", Kind.TRUTH),  # 规上: any occupant is
    Property("occupants", Kind.NUMBER),
    Property("tenants", Kind.NUMBER),  # occupants that only lease
    Property("tenants_below_scale", Kind.NUMBER),
    Property("landlord_above_scale", Kind.TRUTH),  # any enterprise that owns here is, present or not
    Property("partial_occupancy", Kind.TRUTH),
    Property("registered_years", Kind.NUMBER),  # of that occupant, full years at the end of the period
    Property("granted_years", Kind.NUMBER),  # since the grant contract was signed, likewise
    Property("under_construction", Kind.TRUTH),  # granted, and not completed by the end of the period
    Property("construction_overdue", Kind.TRUTH),  # likewise, and the contract's date is past
    Property("land_area", Kind.NUMBER, 100),  # m², the area that counts
    Property("floor_area", Kind.NUMBER, 100),  # m²
    Property("footprint_area", Kind.NUMBER, 100),  # m²
    Property("far", Kind.NUMBER, POINT),  # recorded, else floor ÷ land area
    Property("far_limit", Kind.NUMBER, POINT),
    Property("building_coverage", Kind.NUMBER, POINT),  # 建筑系数: footprint ÷ land area
)
"""What may decide about the track of a parcel, or that it stays outside the ranking."""

RESULT_PROPERTIES: Vocabulary = MappingProxyType(
    {
        **PARCEL_PROPERTIES,
        **vocabulary(
            Property("track", Kind.TEXT),
            Property("status", Kind.TEXT),
            Property("reason", Kind.TEXT),
            Property("items", Kind.NUMBER, POINT),  # the sum of the items, before correction and bonus
            Property("points", Kind.NUMBER, POINT),
            Property("rank", Kind.NUMBER),
            Property("ranked", Kind.NUMBER),
            Property("ranked_grade", Kind.TEXT),  # by the cut-offs alone
            Property("grade", Kind.TEXT),
        ),
    }
)
"""What a flag's rule may read: the same, and the result."""

RANKED_PROPERTIES: Vocabulary = MappingProxyType(
    {name: known for name, known in RESULT_PROPERTIES.items() if name not in {"status", "grade"}}
)
"""What an adjustment of a grade may read: the same, without the grade that it decides."""
