"""The customer pages: server-rendered, usable without scripts, phone first. The office is visible, the program is not."""
