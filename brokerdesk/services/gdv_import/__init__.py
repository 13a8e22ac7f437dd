"""Import of GDV deliveries into the book: one file, one transaction, complete or not there at all."""

from brokerdesk.services.gdv_import.report import ImportReport, finding_text
from brokerdesk.services.gdv_import.run import GdvImport

__all__ = ["GdvImport", "ImportReport", "finding_text"]
