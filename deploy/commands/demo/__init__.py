"""The demo canvas: what the first visitor of a fresh stack finds painted."""
