"""Enrolment: setting up, renewing and removing second factors, and confirming a session with one."""
