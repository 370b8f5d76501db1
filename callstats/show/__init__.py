"""Numbers, words, tables and plots from plain rows and units, independent of any analysis.

=================  ==========================================================
``format``         numbers, money, durations and dates by locale
``words``          the sentences, in English, French and Russian
``verdicts``       what the evidence supports
``display``        what a report's cell returns: text, HTML, plain data
``key_figures``    cards from numbers
``plots``          axes-level plots
``theme``          how plots look
``export``         text that a spreadsheet may open
=================  ==========================================================
"""
