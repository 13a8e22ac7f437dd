"""The command palette: one box that finds commands, people, contracts and documents."""
