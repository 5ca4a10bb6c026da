"""What levers work on, read from the store, and what they make of it."""
