"""What is concluded from facts: pure functions, one for each row of deploy/checks/doctor/checks.py."""
