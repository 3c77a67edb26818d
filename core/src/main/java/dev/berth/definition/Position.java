package dev.berth.definition;

/** Where something stands in a document; line and column count from 1. */
record Position(int line, int column) {
  /** The beginning of a document. */
  static final Position START = new Position(1, 1);
}
