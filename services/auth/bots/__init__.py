"""Bots: tokens that let a program act for an account, within limits and until they are revoked.

A bot's token is a session of its own, without a refresh token: so whatever ends sessions, such as a
suspension or a new password, ends it, too, and its access tokens are revoked in the same way.
"""
