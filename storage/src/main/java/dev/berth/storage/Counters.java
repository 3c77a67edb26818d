package dev.berth.storage;

import java.util.concurrent.atomic.AtomicLong;

/** The figures of a store while they change. */
final class Counters {
  final AtomicLong commits = new AtomicLong();
  final AtomicLong refused = new AtomicLong();
  final AtomicLong groups = new AtomicLong();
  final AtomicLong syncs = new AtomicLong();
  final AtomicLong reopenings = new AtomicLong();
  final AtomicLong compactions = new AtomicLong();
  final AtomicLong copiesWritten = new AtomicLong();

  StoreFigures figures() {
    return new StoreFigures(
        commits.get(),
        refused.get(),
        groups.get(),
        syncs.get(),
        reopenings.get(),
        compactions.get(),
        copiesWritten.get());
  }
}
