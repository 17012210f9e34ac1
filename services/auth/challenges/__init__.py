"""Challenges: proof of work (ALTCHA) that makes a flood of registrations expensive for its sender."""
