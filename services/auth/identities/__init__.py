"""Identities: the accounts elsewhere that an account here is linked to."""
