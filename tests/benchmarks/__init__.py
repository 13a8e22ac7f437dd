"""Figures beside a plain SQLite floor of the same run; reported as ratios, never asserted as seconds."""
