"""The inbound report: is the promise kept, who waits, who gives up, is it solved, are agents there.

``report`` puts the parts together; each part is a module of its own.
"""
