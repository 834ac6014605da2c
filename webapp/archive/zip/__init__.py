"""Zips: the directory within bounds, members counted while they are read, and the job that unpacks a received one."""
