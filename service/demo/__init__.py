"""A fictional county park, written as the hand-over files that departments send, for trying things out."""

from service.demo.figures import YEARS
from service.demo.firms import DISTRICT
from service.demo.hand_overs import HAND_OVERS, SEED, HandOver, generate

__all__ = ["DISTRICT", "HAND_OVERS", "SEED", "YEARS", "HandOver", "generate"]
