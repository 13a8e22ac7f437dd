"""What a document is made of: frozen values, filled by services or by the portal, formatted by nobody but the document."""
