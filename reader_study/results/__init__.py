"""What a locked study says: the lock, the computed result sets, amendments, exports, reports and readers' own results."""
