"""Reading: bad inputs by the table, published layouts, laws of the door."""
