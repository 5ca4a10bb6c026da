"""Levers (抓手): what a committee does about a score, one room each.

Pure: tables, outlines and dated rules in, a `service.levers.report.Report` out; no database and no web. A
lever proposes and tells why; it decides nothing. What follows from a rule that nobody has verified says so.
"""
