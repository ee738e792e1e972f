"""Pages that open offline: tables and drawings in one HTML file, without scripts."""
