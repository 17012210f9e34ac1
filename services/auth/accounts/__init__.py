"""Accounts: the model, its rules, its storage and its passwords. Every other room builds on this one."""
