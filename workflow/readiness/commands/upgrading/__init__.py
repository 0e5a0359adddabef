"""Parts of `readiness upgrade`: the wheel, the office before and after, what moved."""
