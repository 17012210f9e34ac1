"""Checks of a stack: `preflight` before a start, `doctor` while it runs.

Floors, from the ground up: findings (the form of a check) ← facts (what is known, and how it is read wherever
it runs) ← gatherers (where to read it in one way of running) | rules (one declaration per check) ← doctor and
preflight (the order of the checks, the only table).
"""
