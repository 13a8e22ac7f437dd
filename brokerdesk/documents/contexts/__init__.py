"""What a document shows, as plain dataclasses filled by services or by the portal."""
