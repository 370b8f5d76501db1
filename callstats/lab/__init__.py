"""What belongs to working in JupyterLab alone: KPI names that complete, and a form to ask and plot with."""
