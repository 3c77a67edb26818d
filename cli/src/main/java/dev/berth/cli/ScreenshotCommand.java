package dev.berth.cli;

import dev.berth.host.DomainRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** {@code vmctl screenshot}. */
final class ScreenshotCommand implements Command {
  private static final String STANDARD_OUTPUT = "-";

  private final Parameters.Deadline deadline;
  private final Parameter<String> name;
  private final Parameter<String> file;

  ScreenshotCommand(Parameters parameters) {
    deadline = parameters.deadline();
    name = parameters.argument("NAME", "The domain, by name or UUID.");
    file =
        parameters.second("FILE", "Where to, here; replaced if it is there. '-': to the output.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    boolean toOutput = file.value().equals(STANDARD_OUTPUT);
    if (toOutput && session.environment().terminals().out()) {
      throw new UsageException("A picture is no text for a terminal. Name a file, or a pipe.");
    }
    Path target = session.environment().workingDirectory().resolve(file.value()).normalize();
    Path directory = target.resolveSibling("");
    if (!toOutput && (Files.isDirectory(target) || !Files.isDirectory(directory))) {
      throw new UsageException("'" + target + "' is no place for a file.");
    }
    byte[] png = session.host().screenshot(DomainRef.of(name.value()), deadline.options());
    if (toOutput) {
      session.output().bytes(png, 0, png.length);
    } else {
      write(directory, target, png);
    }
    return ExitCodes.OK;
  }

  /** What has that name is the old picture or the new one, never half of it. */
  private static void write(Path directory, Path target, byte[] png) throws IOException {
    Path partial = Files.createTempFile(directory, ".screenshot", ".part");
    try {
      Files.write(partial, png);
      Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }
}
