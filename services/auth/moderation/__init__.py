"""Moderation: commands from moderators and admins about an account, which the users service sends."""
