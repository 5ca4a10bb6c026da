"""Land area: the five official kinds, and mu 亩."""

from enum import StrEnum
from fractions import Fraction

SQUARE_METRES_PER_MU = Fraction(10_000, 15)
"""1 mu 亩 = 10000/15 m² (1 hectare = 15 mu)."""


class AreaKind(StrEnum):
    """Which of the five recorded areas counts; the scheme names one, never the code."""

    REGISTERED = "registered"  # 登记面积
    APPROVED = "approved"  # 批准面积
    CONTRACT = "contract"  # 合同面积
    SURVEYED = "surveyed"  # 实测面积
    OCCUPIED = "occupied"  # 占用面积
