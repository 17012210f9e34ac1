"""Webhooks: the changes of a canvas, sent where its owner wants. The journal is their outbox."""
