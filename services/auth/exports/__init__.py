"""Exports: all that the site has of an account, gathered from three services by messages, kept for a day."""
