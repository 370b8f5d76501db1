"""Kernels in a fresh process, forked from one that has loaded the libraries.

===============  ===============================================================
``warm``         what is loaded before the first kernel is asked for
``zygote``       the warm process: forks a child for each request, tells its end
``child``        what makes of a forked child the kernel that was asked for
``parent``       the zygotes of this process, and talking with them
``streams``      standard input and output of a child, as `subprocess` has them
``provisioner``  all of it as a kernel provisioner of Jupyter
===============  ===============================================================
"""
