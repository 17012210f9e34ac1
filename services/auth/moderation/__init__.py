"""Moderation: what moderators and admins of the site do with an account, on the command of users."""
