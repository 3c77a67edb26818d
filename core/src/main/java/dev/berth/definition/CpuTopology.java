package dev.berth.definition;

/**
 * How the virtual CPUs are arranged, each number at least 1.
 *
 * @param sockets packages
 * @param dies in each socket
 * @param cores in each die
 * @param threads in each core
 */
public record CpuTopology(int sockets, int dies, int cores, int threads) {

  /** How many CPUs that makes. */
  public long cpus() {
    return (long) sockets * dies * cores * threads;
  }
}
