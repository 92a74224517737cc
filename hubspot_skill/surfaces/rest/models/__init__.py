"""What requests hold and answers tell. Values that the service answers are told as they are, by their own fields."""
