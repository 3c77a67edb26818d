package dev.berth.launcher;

import dev.berth.domain.ByteSize;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MemoryObject;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether this host has the memory and the space that a machine of another host takes.
 *
 * @param memory where the kernel tells how much memory there is
 * @param overcommit where it tells by which rule it promises that
 * @param pools where it tells of its pools of huge pages
 */
record ArrivalRoom(Path memory, Path overcommit, Path pools) {
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path OVERCOMMIT = Path.of("/proc/sys/vm/overcommit_memory");

  /** For a machine's sockets, its logs apart; far more than it takes. */
  private static final ByteSize FILES = ByteSize.mebibytes(16);

  /** That of this host. */
  static ArrivalRoom here() {
    return new ArrivalRoom(MEMORY, OVERCOMMIT, MemoryChecks.POOLS);
  }

  /** What is missing, each thing that is. */
  List<String> obstacles(LaunchRecord source, LauncherSettings settings) {
    List<String> obstacles = new ArrayList<>();
    ByteSize wanted = source.hardware().memory();
    ByteSize page = MemoryObject.page(source);
    if (page.bytes() > 0) {
      pages(wanted, page).ifPresent(obstacles::add);
    } else if (MemoryObject.isTakenAtOnce(source)) {
      memoryAtOnce(wanted).ifPresent(obstacles::add);
    } else if (MemoryObject.directory(source).isEmpty()) {
      memory(wanted).ifPresent(obstacles::add);
    }
    MemoryObject.directory(source)
        .flatMap(directory -> space(directory, wanted, "its memory is to be there"))
        .ifPresent(obstacles::add);
    space(settings.runDirectory(), FILES, "a machine's files are there").ifPresent(obstacles::add);
    space(settings.logDirectory(), source.files().consoleLogLimit(), "its log is to be there")
        .ifPresent(obstacles::add);
    return obstacles;
  }

  /**
   * What the kernel would refuse, and no more: it hands out memory that it does not have, for most
   * of it is never used at the same time, and how far that may go is its administrator's to say. A
   * start asks no more either.
   */
  private Optional<String> memory(ByteSize wanted) {
    return switch (rule()) {
      case NEVER_MORE ->
          lacking(
              wanted, unpromised(), "can be promised at the target (vm.overcommit_memory is 2)");
      case WITHIN_REASON ->
          lacking(
              wanted,
              kibibytes("MemTotal:") + kibibytes("SwapTotal:"),
              "are there at the target, with its swap space");
      case WHATEVER_IS_ASKED -> Optional.empty();
    };
  }

  /** Something, where it is known: more may have been promised than there is by now. */
  private long unpromised() {
    long limit = kibibytes("CommitLimit:");
    return limit == 0 ? 0 : Math.max(1, limit - kibibytes("Committed_AS:"));
  }

  private Optional<String> memoryAtOnce(ByteSize wanted) {
    return lacking(
        wanted,
        kibibytes("MemAvailable:") + kibibytes("SwapFree:"),
        "are free at the target, where it takes all of it at once ('preallocate')");
  }

  private static Optional<String> lacking(ByteSize wanted, long kibibytes, String what) {
    return kibibytes > 0 && kibibytes << 10 < wanted.bytes() // none at all is not known
        ? Optional.of(
            String.format(
                "it has %s of memory, and %s %s: end something there, or make it smaller first",
                wanted, ByteSize.mebibytes(kibibytes >> 10), what))
        : Optional.empty();
  }

  /** By which rule the kernel promises memory: what its {@code vm.overcommit_memory} means. */
  private enum Rule {
    WITHIN_REASON,
    WHATEVER_IS_ASKED,
    NEVER_MORE
  }

  private Rule rule() {
    try {
      return switch (Files.readString(overcommit).strip()) {
        case "1" -> Rule.WHATEVER_IS_ASKED;
        case "2" -> Rule.NEVER_MORE;
        default -> Rule.WITHIN_REASON;
      };
    } catch (IOException unknown) {
      return Rule.WITHIN_REASON;
    }
  }

  private long kibibytes(String name) {
    try {
      return Files.readAllLines(memory).stream()
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(name.length()).replace("kB", "").strip())
          .mapToLong(Long::parseLong)
          .sum();
    } catch (IOException | NumberFormatException unknown) {
      return 0;
    }
  }

  private Optional<String> pages(ByteSize wanted, ByteSize page) {
    Path pool = MemoryChecks.pool(page, pools);
    long needed = -Math.floorDiv(-wanted.bytes(), page.bytes());
    long free = MemoryChecks.free(pool);
    return free < needed
        ? Optional.of(
            String.format(
                "its memory takes %d free huge pages of %s, and the target has %d: set more aside"
                    + " there, 'echo COUNT > %s/nr_hugepages' as root",
                needed, page, free, pool))
        : Optional.empty();
  }

  private static Optional<String> space(Path directory, ByteSize wanted, String why) {
    Path existing = directory;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      FileStore store = Files.getFileStore(existing);
      long free = store.getUsableSpace();
      boolean isLimited = store.getTotalSpace() > 0; // not in a file system of memory without bound
      return isLimited && free < wanted.bytes()
          ? Optional.of(
              String.format(
                  "'%s' at the target has room for %s, and %s: make room there for %s",
                  directory, ByteSize.mebibytes(free >> 20), why, wanted))
          : Optional.empty();
    } catch (IOException unknown) {
      return Optional.of("'" + directory + "' at the target cannot be looked at: " + unknown);
    }
  }
}
