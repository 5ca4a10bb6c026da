"""What the levers make of an evaluation (抓手): a report each, as JSON, workbook or table."""
