package dev.berth.migration;

import dev.berth.job.JobId;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a file with the state of a machine says of it.
 *
 * @param origin where it comes from
 * @param guest whether the guest ran before it was saved
 * @param launch the record of the machine as it was at its end, with every device that it had
 * @param cpu what its guest's CPU was, if its QEMU has told
 * @param images the files that it had open, as they were when it had stopped writing to them
 * @param stream what QEMU has written
 */
public record SavedMachine(
    Origin origin,
    Guest guest,
    LaunchRecord launch,
    GuestCpu cpu,
    List<ImageState> images,
    Stream stream) {

  /** Copies the list. */
  public SavedMachine {
    images = List.copyOf(images);
  }

  /**
   * What speaks against its images being as they were, each that does. A file that is given does
   * not tell: whoever gives it has to know.
   */
  public List<String> changes() {
    List<String> changes = new ArrayList<>();
    images.forEach(image -> image.change().ifPresent(changes::add));
    for (AssemblyStep step : launch.assembly()) {
      if (step instanceof PassGivenFile pass) {
        changes.add("file '" + pass.resource() + "' is given, and does not tell whether it was");
      }
    }
    return List.copyOf(changes);
  }

  /** The same without what does not tell. */
  public List<String> knownChanges() {
    return images.stream()
        .filter(image -> image.doubt().isEmpty())
        .flatMap(image -> image.knownChange().stream())
        .toList();
  }

  /**
   * Where a saved machine comes from.
   *
   * @param job that has saved it
   * @param actor who wanted that
   * @param at when it was saved
   */
  public record Origin(JobId job, String actor, Instant at) {}

  /** What a guest did. */
  public enum Guest {
    /** It ran. */
    RUNNING,
    /** Somebody had paused it. */
    PAUSED
  }

  /**
   * What QEMU has written.
   *
   * @param bytes how long it is
   * @param crc32c its checksum
   */
  public record Stream(long bytes, long crc32c) {}
}
