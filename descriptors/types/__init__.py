"""The SOL001 types of every version as one compact data set of our own, and the TOSCA definitions made from it.

Names, types, defaults and bounds are facts of the standard; the notation is ours and carries no text of ETSI's. The
YAML files hold the types by area, each key with the versions it holds for where it does not hold for all (`ranges`);
`notation` tells how a line is read; `bundle` puts together the definitions of one version. A new version of SOL001 is
its number in `bundle.VERSIONS` and the lines that it changes.
"""
