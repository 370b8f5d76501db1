"""The inbound report: service level, waits, abandonment, resolution, and staffing.

``queue_service`` combines the parts: ``queue_waits``, ``queue_issues``, ``queue_load`` and ``staffing``.
"""
