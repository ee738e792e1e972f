"""Shapes of the platform's answers, by endpoint family (qianchuan.md 4-9). Nothing outside the adapter sees them."""
