"""Web chat: the hosted chat services and our own widget."""
