"""Moderation of accounts: suspensions and roles."""
