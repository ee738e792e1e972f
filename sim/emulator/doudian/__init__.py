"""The shop whose orders the world's campaigns won, over Doudian's wire (doudian-settlement.md)."""
