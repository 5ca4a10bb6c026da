"""What cells say (取值): numbers, codes, days, limits, amounts with their units."""
