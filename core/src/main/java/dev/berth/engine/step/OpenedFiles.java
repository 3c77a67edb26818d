package dev.berth.engine.step;

import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files that a machine has open, or is about to open. */
public final class OpenedFiles {
  private OpenedFiles() {}

  /** Those of a machine. */
  public static Stream<Path> of(LaunchRecord launch) {
    return Stream.concat(
        launch.inherited().stream().map(InheritedFile::file), of(launch.assembly()));
  }

  /** Those of what is added to one. */
  public static Stream<Path> of(List<AssemblyStep> steps) {
    return steps.stream().filter(PassFile.class::isInstance).map(step -> ((PassFile) step).file());
  }
}
