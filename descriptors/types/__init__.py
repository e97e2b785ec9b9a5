"""The SOL001 types as a compact data set of our own, and the TOSCA definitions made from it.

Names, types, defaults and bounds are facts of the standard; the notation is ours (`notation`) and carries no text of
ETSI's. A file ``sol001-<version>-<part>.yaml`` holds one part of one version; `bundle` puts them together. Another
version is another set of files.
"""
