"""Requests that leave the house: where they may go, over which connections, with which secrets."""
