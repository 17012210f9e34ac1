"""Batches: changes of tiles that arrive while others are being written are written next, together."""
