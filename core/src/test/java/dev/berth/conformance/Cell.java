package dev.berth.conformance;

import java.util.Locale;

/** What is true of a command or event in one column, the most that can be said. */
enum Cell {
  /** The model has it. */
  MODELLED,
  /** What the document prints was run against a peer that plays it. */
  REPLAYED,
  /** The model is equal to this version's schema, in every member of every type it leads to. */
  EQUAL,
  /** So it is; and this version was sent it, and refused. */
  REFUSED,
  /** So it is; and this version carried it out, or sent it, and all it said was read. */
  EXECUTED,
  /** The schema says otherwise than the model. No cell may say so. */
  DIFFERS;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
