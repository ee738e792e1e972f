"""A shop's orders, refunds and bills over Doudian's open API."""
