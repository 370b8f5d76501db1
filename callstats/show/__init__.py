"""Numbers, words, tables and plots: plain rows and units in, knows no analysis.

=================  ==========================================================
``format``         numbers, money, durations and dates by locale
``words``          the sentences, in English, French and Russian
``verdicts``       what the evidence allows to say
``display``        what a cell of a report ends in: text, HTML, plain data
``key_figures``    cards from numbers
``plots``          axes-level plots
``theme``          how plots look
``export``         text that a spreadsheet may open
=================  ==========================================================
"""
