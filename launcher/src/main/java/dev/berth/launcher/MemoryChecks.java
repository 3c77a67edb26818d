package dev.berth.launcher;

import dev.berth.definition.Compute;
import dev.berth.definition.MemoryBacking;
import dev.berth.domain.ByteSize;
import dev.berth.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Looks at what a definition's memory is to be backed with. Stateless. */
final class MemoryChecks {
  /** Where the kernel tells of its pools of huge pages. */
  static final Path POOLS = Path.of("/sys/kernel/mm/hugepages");

  private MemoryChecks() {}

  /** Adds a problem for each thing that the host lacks. */
  static void check(Compute compute, Path pools, List<Problem> problems) {
    MemoryBacking backing = compute.backing();
    backing.hugepages().ifPresent(page -> checkPool(page, compute.memory(), pools, problems));
    backing
        .directory()
        .filter(directory -> !Files.isDirectory(directory) || !Files.isWritable(directory))
        .ifPresent(
            directory ->
                problems.add(
                    Problem.at(
                        "memory-backing.directory",
                        directory
                            + " is no directory that this user may write to: mount a memory file"
                            + " system there, or name another")));
  }

  private static void checkPool(
      ByteSize page, ByteSize memory, Path pools, List<Problem> problems) {
    Path pool = pool(page, pools);
    long needed = -Math.floorDiv(-memory.bytes(), page.bytes());
    long free = free(pool);
    if (free < needed) {
      problems.add(
          Problem.at(
              "memory-backing.hugepages",
              String.format(
                  "the domain needs %d free huge pages of %s, and the host has %d: set more aside,"
                      + " 'echo COUNT > %s/nr_hugepages' as root",
                  needed, page, free, pool)));
    }
  }

  /** Where the kernel tells of pages of that size. */
  static Path pool(ByteSize page, Path pools) {
    return pools.resolve("hugepages-" + (page.bytes() >> 10) + "kB");
  }

  /** How many pages of a pool are free. */
  static long free(Path pool) {
    try {
      return Long.parseLong(Files.readString(pool.resolve("free_hugepages")).strip());
    } catch (IOException | NumberFormatException none) {
      return 0;
    }
  }
}
