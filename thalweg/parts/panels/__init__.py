"""What stands beside the picture, one file a panel, on a board that hands out places."""
