"""What a document may use: registered numbers, tables and charts of the runs that it shows."""
