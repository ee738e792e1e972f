"""What adapters of platforms' open APIs share: sending, pace, pages, tokens, the wire's small types."""
