"""The fake VIM: a cloud in one SQLite file, shared by as many processes as open it.

It behaves as real clouds do where that matters to an orchestrator: things take time, names are not unique, MACs and
addresses are, what is in use is not deleted, and a second server cannot have the first one's ports. `seed` puts in what
was there before, `ledger` tells what was made and asked for. `knobs` strikes calls of whatever process:

- `slow`, `fail`, `lose_answer`: a call takes long, is refused, or takes effect and does not answer.
- `hold` and `release`: a call stops before or after its effect until the test lets it go on.
- `break_down`: what is made, started or stopped ends BROKEN.
- `half_make`: what is made lacks a part until it is finished; whoever makes it may die between its parts.
- `stall`: what is made, started or stopped stays BUILDING, what is deleted stays DELETING.
- `duplicate`: one create makes two.
- `vanish`, `vanish_when_ready`: somebody else removes it.
- `limit`: the tenant's quota.

The tutorial, the demo and the tests use this one cloud; nothing in it knows Manoflow's other parts.
"""

from manoflow.adapters.vim.fake.driver import connect

__all__ = ["connect"]
