"""BrokerDesk: the workstation of independent insurance brokers, and its self-hostable portal."""

__version__ = "0.1.0"
