package dev.berth.engine.step;

import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** What the row of a job tells of the QEMU that stands in for its domain's machine. Pure. */
public final class StandInRow {
  private static final String LAUNCH = "stand-in";
  private static final String ENDED = "stand-in-ended";
  private static final LaunchRecordCodec CODEC = new LaunchRecordCodec();

  private StandInRow() {}

  /** The fact of a job that such a QEMU does. */
  public static Map<String, String> fact(LaunchRecord launch) {
    return Map.of(LAUNCH, CODEC.write(launch));
  }

  /** The same job, which such a QEMU does. */
  public static KeptJob doing(KeptJob job, LaunchRecord launch) {
    return job.with(LAUNCH, CODEC.write(launch));
  }

  /** Whether such a QEMU does that job. */
  public static boolean does(KeptJob job) {
    return job.facts().containsKey(LAUNCH);
  }

  /** The same job, whose stand-in is known to be gone for good. */
  public static KeptJob ended(KeptJob job) {
    return job.with(ENDED, "true");
  }

  /** Whether such a QEMU may have disks' images open for that job, or will. */
  public static boolean reads(KeptJob job) {
    return does(job) && job.fact(ENDED).isEmpty();
  }

  /** The launch record of the one that does that job. */
  public static LaunchRecord launchOf(KeptJob job) {
    return CODEC.read(job.fact(LAUNCH));
  }

  /** The image of one of the disks that it has open for reading. */
  public static Path image(KeptJob job, String disk) {
    return launchOf(job).assembly().stream()
        .filter(PassFile.class::isInstance)
        .map(PassFile.class::cast)
        .filter(pass -> pass.opaque().equals(disk + " ro"))
        .map(PassFile::file)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no disk " + disk));
  }

  /** The files that it has open. */
  public static Stream<Path> filesOf(KeptJob job) {
    return OpenedFiles.of(launchOf(job));
  }
}
