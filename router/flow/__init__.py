"""The way of an event, forward only: recorded, routed, served, projected, pushed."""
