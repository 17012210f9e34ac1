"""Ownership: how a canvas gets another owner."""
