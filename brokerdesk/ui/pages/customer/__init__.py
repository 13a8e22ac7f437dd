"""The area of one customer: head, sections, master data, contracts, claims, app access, history."""
