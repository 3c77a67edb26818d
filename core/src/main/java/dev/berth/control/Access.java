package dev.berth.control;

/** What one client may do, from least to most. */
enum Access {
  NONE,
  READ_ONLY,
  FULL
}
