"""Energy diagnosis (能源检查诊断): who is due for inspection, and where energy could be saved.

Pure: firms, their shares of parcels, the inventory of inspections, outlines and dated rules in; tables and a
report out. Energy is kept in W·h and in grams of coal equivalent (gce), money in fen, all whole numbers,
rounded half up once per line; totals are sums of lines. What is not known has no number and a reason.
"""

from service.levers.energy.diagnosis import Diagnosis, Found, diagnose
from service.levers.energy.report import PARCELS, parcels_shown, report

__all__ = ["PARCELS", "Diagnosis", "Found", "diagnose", "parcels_shown", "report"]
"""The room's entrance: `diagnose` what was `Found`, then tell it as a `report`."""
