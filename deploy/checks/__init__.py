"""Checks of a stack: `preflight` before a start, `doctor` while it runs.

Floors, from the ground up:

    findings | facts       the form of a check | what is known, and how it is read wherever it runs
    gatherers | rules      where to read it in one way of running | one declaration per check
    doctor, preflight      the order of the checks, the only table

To add a check, write its rule with its declaration in rules/ and its place in doctor.py. A new fact is a
class in facts/ with the function that reads it; only one that is read differently in each way of running is
also a method of the gatherers. test_fixes.py then wants facts that break the check, and `tessera documents`
adds it to docs/checklist.md.
"""
