"""What the shop does. A service owns its transaction: it commits, or nothing has happened."""
