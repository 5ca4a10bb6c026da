"""Follow-up (跟踪落实): measures proposed, changed, moved; what they come to, and whether they worked."""
