"""Text messages: the telephone network's and those the same providers carry with them."""
