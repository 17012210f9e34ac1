"""Administration: what admins decide about who comes in, each change with an entry in the audit log."""
