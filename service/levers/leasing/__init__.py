"""Leasing match (招租匹配、腾笼换鸟): which project may come to which premises, and who gets which.

Pure: projects, premises and dated rules in, a report out; no database and no web. Lengths, areas, money,
energy and power are integers in minor units (mm, 0.01 m², fen, kgce, VA), so that what fits is no matter of
rounding.
"""
