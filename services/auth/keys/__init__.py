"""Signing keys: created once, stored encrypted, published as a JWKS."""
