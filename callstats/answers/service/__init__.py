"""The inbound report: is the promise kept, who waits, who gives up, is it solved, are agents there.

``queue_service`` puts the parts together: ``queue_waits``, ``queue_issues``, ``queue_load`` and ``staffing``.
"""
