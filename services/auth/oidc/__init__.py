"""Logging in with an account elsewhere, by OpenID Connect or OAuth 2, and linking one to an account here."""
