"""Lets pip read the setup.py of pOCCI 1.0.3, which fails as it is.

It asks a module of this name for its description, else it reads a README.md
that was never published; and it asks for use_2to3, which setuptools refuses
since version 58, also where nothing is built.
"""

import setuptools.dist

setuptools.dist.invalid_unless_false = lambda *_: None


def convert(*_):
    return ""
