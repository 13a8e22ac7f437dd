"""Immutable values of the business: money, dates, names, contact points, states. No clock, no database."""
