"""Moderation: who may act, suspensions and roles."""
