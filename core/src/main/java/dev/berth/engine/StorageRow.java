package dev.berth.engine;

import dev.berth.engine.migration.CopiedDisks;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.StreamAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the row of a migration tells of the images that go along. */
final class StorageRow {
  private static final String COPIES = "copies";
  private static final String STORAGE = "storage";
  private static final String REMAINS = "remains";

  private StorageRow() {}

  /** The facts about those that go from here. */
  static Map<String, String> facts(List<CopiedImage> copies, LaunchRecord launch) {
    if (copies.isEmpty()) {
      return Map.of();
    }
    String remains =
        copies.stream()
            .flatMap(copy -> CopiedDisks.file(launch, copy.disk()).stream())
            .map(file -> "'" + file + "'")
            .collect(Collectors.joining(", ", "; its images stay here: ", ""));
    return Map.of(COPIES, CopiedImage.text(copies), REMAINS, remains);
  }

  /** The facts about those that come here. */
  static Map<String, String> facts(List<CopiedImage> copies) {
    return copies.isEmpty() ? Map.of() : Map.of(COPIES, CopiedImage.text(copies));
  }

  /** Those images; none of a machine that finds them where it goes. */
  static List<CopiedImage> copies(KeptJob job) {
    return CopiedImage.read(job.fact(COPIES));
  }

  /** The files here of those that go from here without a machine. */
  static Stream<Path> copied(KeptJob job) {
    LaunchRecord standIn = StandInRow.launchOf(job);
    return copies(job).stream().flatMap(copy -> CopiedDisks.file(standIn, copy.disk()).stream());
  }

  /** The files of those that come here. */
  static Stream<Path> coming(KeptJob job) {
    return copies(job).stream().map(CopiedImage::file);
  }

  /** Whether there is any. */
  static boolean hasCopies(KeptJob job) {
    return !job.fact(COPIES).isEmpty();
  }

  /** The same migration, whose images come in there. */
  static KeptJob stored(KeptJob job, StreamAddress storage) {
    return job.with(STORAGE, storage.text());
  }

  /** The same migration, whose images are to be copied to where QEMU listens there. */
  static KeptJob copying(KeptJob job, StreamAddress storage) {
    return MigrationRow.in(SourcePhase.COPYING, stored(job, storage));
  }

  /** Where QEMU takes them in. */
  static StreamAddress storage(KeptJob job) {
    return StreamAddress.of(job.fact(STORAGE));
  }

  /** The same; empty when it takes in none, or is not that far. */
  static Optional<StreamAddress> given(KeptJob job) {
    return job.fact(STORAGE).isEmpty() ? Optional.empty() : Optional.of(storage(job));
  }

  /** What stays here of a guest that has gone; empty when nothing does. */
  static String remains(KeptJob job) {
    return job.fact(REMAINS);
  }
}
