"""The HTTP surface: decodes, calls one step of the flow, replies; nothing clever."""
