"""What if (推演): two results side by side, and how the ranking hangs on weights; frames to reports."""
