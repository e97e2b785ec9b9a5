"""The fake VIM: a cloud in one SQLite file, shared by as many processes as open it.

It behaves as real clouds do where that matters to an orchestrator: things take time, names are not unique, MACs and
addresses are, what is in use is not deleted, and a second server cannot have the first one's ports. `seed` puts in what
was there before, `knobs` makes calls slow, fail, stop or lose their answer, `ledger` tells what was made and asked for.
The tutorial, the demo and the tests use this one cloud; nothing in it knows Manoflow's other parts.
"""

from manoflow.adapters.vim.fake.driver import connect

__all__ = ["connect"]
