"""Limits of account fields, which the schema, the rules and the API models share."""

from __future__ import annotations

USERNAME_MIN, USERNAME_MAX = 3, 50
USERNAME_PATTERN = "^[A-Za-z0-9][A-Za-z0-9_]*[A-Za-z0-9]$"
"""Has the same meaning in PostgreSQL, Rust's regex (pydantic), Python and JavaScript (OpenAPI)."""

PASSWORD_MIN, PASSWORD_MAX = 8, 128
EMAIL_MAX = 254
"""RFC 5321, section 4.5.3.1.3, less the angle brackets."""
