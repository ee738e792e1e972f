"""Lints: what a policy that passes the conformance suite may still do wrong, each told in one line."""
