"""Profiles: an artist as others see them."""
