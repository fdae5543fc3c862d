"""The queries. Nothing outside of this folder builds one."""
