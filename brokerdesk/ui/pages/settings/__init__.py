"""Administration: settings of this book, the office's profile, advisers, security, portal, backups."""
