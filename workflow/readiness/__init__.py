"""From raw survey answers to published numbers that anyone can check."""
