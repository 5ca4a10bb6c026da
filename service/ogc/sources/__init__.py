"""What collections are made from: each source gives the table of features that a listing shows."""
