package dev.berth.stats;

import dev.berth.api.Api;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What the kernel of the host tells of a QEMU process. Counters begin with the process.
 *
 * @param takenAt when, by the host's clock
 * @param userTime CPU time outside the kernel, that of the guest included
 * @param systemTime CPU time in the kernel
 * @param residentBytes memory of the host that the process has
 * @param threads how many there are
 * @param vcpus the threads that run virtual CPUs, by their numbers
 * @param iothreads the iothreads, by their ids
 * @param nics network interfaces that the host counts at
 */
@Api(since = "0.1")
public record ProcessStats(
    Instant takenAt,
    Duration userTime,
    Duration systemTime,
    long residentBytes,
    int threads,
    List<ThreadStats> vcpus,
    List<ThreadStats> iothreads,
    List<NicStats> nics) {

  /** Copies the lists. */
  public ProcessStats {
    vcpus = List.copyOf(vcpus);
    iothreads = List.copyOf(iothreads);
    nics = List.copyOf(nics);
  }

  /** All CPU time. */
  public Duration cpuTime() {
    return userTime.plus(systemTime);
  }
}
