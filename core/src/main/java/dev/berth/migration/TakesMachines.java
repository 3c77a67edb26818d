package dev.berth.migration;

/** A host that other hosts can have take machines. */
@FunctionalInterface
public interface TakesMachines {
  /** What they ask it for. Never waits. */
  TargetHost targetHost();
}
