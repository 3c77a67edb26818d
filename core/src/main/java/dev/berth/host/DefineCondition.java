package dev.berth.host;

/** What must hold for a definition to be accepted: compare-and-set. */
public sealed interface DefineCondition {

  /** Create or replace, whatever is there. */
  record Always() implements DefineCondition {}

  /** Create only. */
  record Absent() implements DefineCondition {}

  /** Replace only the definition of exactly that revision. */
  record Revision(long revision) implements DefineCondition {}
}
