# Needs a program that does not exist; the driver must name the package.
# needs: no-such-program (no-such-package)
no-such-program
