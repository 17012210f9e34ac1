"""Accounts: making one, and what it says about its owner."""
