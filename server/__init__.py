"""The aiohttp application, rooms, event log, authorisation and the command line."""
