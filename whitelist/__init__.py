"""Which number belongs to which enterprise or project, and what that is worth on the trunk it came by."""
