package dev.berth.launcher;

import dev.berth.machine.LaunchRecord;
import java.util.List;

/** Whether other processes can map a machine's memory, by its command line. Pure. */
final class SharedMemory {
  private static final List<String> MAPPABLE =
      List.of("memory-backend-memfd,", "memory-backend-file,");

  private SharedMemory() {}

  /** Whether a machine can have shares, which it can from its start or never. */
  static boolean isOf(LaunchRecord launch) {
    return launch.argv().stream().anyMatch(SharedMemory::isMappable);
  }

  private static boolean isMappable(String word) {
    return MAPPABLE.stream().anyMatch(word::startsWith)
        && word.contains(",id=" + ComputePlanner.RAM + ",")
        && word.contains(",share=on,");
  }
}
