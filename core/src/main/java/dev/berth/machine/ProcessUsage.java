package dev.berth.machine;

import java.time.Duration;
import java.util.Map;

/**
 * What the kernel tells of a process.
 *
 * @param userTime CPU time outside the kernel
 * @param systemTime CPU time in the kernel
 * @param residentBytes memory that it has
 * @param threads how many there are
 * @param cpuTimes of those threads that were asked for and are there, by their ids
 */
public record ProcessUsage(
    Duration userTime,
    Duration systemTime,
    long residentBytes,
    int threads,
    Map<Long, Duration> cpuTimes) {

  /** Copies the map. */
  public ProcessUsage {
    cpuTimes = Map.copyOf(cpuTimes);
  }
}
