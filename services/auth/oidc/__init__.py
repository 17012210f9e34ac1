"""OpenID Connect: logging in with an account elsewhere, and linking one to an account here."""
