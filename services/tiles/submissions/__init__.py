"""Submissions: pixels that wait for a review before their tile shows them."""
