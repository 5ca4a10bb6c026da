"""Telling other systems of events: who they are, what they are sent, how it is signed."""
