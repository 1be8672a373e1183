"""What programs that are compared run in."""
import os


def environment(**extra):
    """What a user's laptop has: no choice of OpenBLAS kernel or number of threads but the one asked for here."""
    dropped = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "LD_LIBRARY_PATH")
    return {key: value for key, value in os.environ.items() if key not in dropped} | extra
