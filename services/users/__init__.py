"""The users service: who the artists are, whom they follow, and what they have done."""
