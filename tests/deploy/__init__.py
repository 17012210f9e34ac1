"""Tests of the ways of running the stack."""
