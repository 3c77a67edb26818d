package dev.berth.host;

import dev.berth.api.Api;

/** What must hold for a definition to be accepted: compare-and-set. */
@Api(since = "0.1")
public sealed interface DefineCondition {

  /** Create or replace, whatever is there. */
  record Always() implements DefineCondition {}

  /** Create only. */
  record Absent() implements DefineCondition {}

  /** Replace only the definition of exactly that revision. */
  record Revision(long revision) implements DefineCondition {}
}
