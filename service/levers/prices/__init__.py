"""Differential electricity price (差别化电价): tiers, kilowatt-hours to parcels and firms, charges, ledger.

Energy is whole watt-hours, rates are millionths of a yuan per kWh, money is fen; no step uses a float.
"""
