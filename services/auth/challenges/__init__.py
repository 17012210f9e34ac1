"""Challenges: proof of work (ALTCHA) that makes a flood of registrations cost whoever sends it."""
