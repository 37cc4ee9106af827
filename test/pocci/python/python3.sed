# What lib2to3 leaves in pOCCI 1.0.3 that no longer runs, and why.

# Since Python 3.11 the flags of a pattern stand at its start, not after "^".
s/r'^(?i)/r'(?i)^/
s/r'^((?i)/r'(?i)^(/
