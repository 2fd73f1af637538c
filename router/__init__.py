"""One customer, one thread, every channel: an omnichannel conversation-context router."""
