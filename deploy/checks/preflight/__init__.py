"""`preflight`: whether a stack could be started here now."""
