"""What the acceptance tests share: a server to start, a client that checks every answer, and things of the trade.

Everything here is written from the contract (docs/api.md), not from the code, so that it checks the code independently.
"""
