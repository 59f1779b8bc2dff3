"""Turns an event into one service call, and the answer into rows to show."""
