package dev.berth.storage;

import dev.berth.error.HostFailureException;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTaskException;
import dev.berth.job.JobId;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleConsumer;
import java.util.stream.Stream;

/**
 * {@code qemu-img}, one process for each thing that is done. It parses what strangers may have
 * written, and is confined for it ({@link Confinement}); what it says is kept within bounds. It
 * ends when the thread is interrupted that waits for it. Thread-safe.
 */
public final class QemuImg {
  private static final String PROGRAM = "qemu-img";

  /** How long the kernel may take to end a process that was killed. */
  private static final long END_SECONDS = 30;

  private final List<Path> qemus;
  private final String searchPath;
  private final Confinement confinement = new Confinement();

  /**
   * The program is looked for when it is needed.
   *
   * @param qemus binaries of QEMU: what is beside the first of them that has one is taken
   * @param searchPath where else to look, as in {@code PATH}
   */
  public QemuImg(List<Path> qemus, String searchPath) {
    this.qemus = List.copyOf(qemus);
    this.searchPath = searchPath;
  }

  /** Does it; the sentence says what was found, if anything was looked for. */
  String run(JobId job, ImageTask task, DoubleConsumer progress)
      throws InterruptedException, ImageTaskException {
    List<String> command = new ArrayList<>(confinement.wrapping(task));
    command.add(program().toString());
    command.addAll(ImageCommand.of(job, task));
    Process process = start(command);
    BoundedOutput output =
        BoundedOutput.of(process.getInputStream(), "berth-image-out", new ProgressText(progress));
    BoundedOutput errors =
        BoundedOutput.of(process.getErrorStream(), "berth-image-err", text -> {});
    try {
      int exit = process.waitFor();
      return ImageOutcome.of(task, exit, output.text(), errors.text());
    } finally {
      process.toHandle().destroyForcibly();
      awaitEnd(process.toHandle());
      process.destroyForcibly(); // closes the pipes as well: whoever still reads is let go
    }
  }

  private static Process start(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("LC_ALL", "C");
    builder.directory(new File("/"));
    builder.redirectInput(new File("/dev/null"));
    try {
      return builder.start();
    } catch (IOException failure) {
      throw new HostFailureException(
          "Cannot execute " + PROGRAM + ": " + failure.getMessage() + ".", failure);
    }
  }

  private Path program() {
    Stream<Path> beside = qemus.stream().map(qemu -> qemu.resolveSibling(PROGRAM));
    Stream<Path> along =
        Stream.of(searchPath.split(File.pathSeparator)).map(place -> Path.of(place, PROGRAM));
    return Stream.concat(beside, along)
        .filter(file -> file.isAbsolute() && Files.isExecutable(file))
        .findFirst()
        .orElseThrow(
            () ->
                new HostFailureException(
                    "There is no "
                        + PROGRAM
                        + " beside QEMU or on the PATH. Install it: on Debian it is in the package"
                        + " qemu-utils."));
  }

  /**
   * Ends what an earlier host has started for a job. A process is known by its command line, which
   * has the job's id; it is ended only while it is still the one whose command line was read.
   */
  void endLeftOver(JobId job) {
    ProcessHandle.allProcesses().filter(process -> isOf(job, process)).forEach(QemuImg::end);
  }

  private static boolean isOf(JobId job, ProcessHandle process) {
    try {
      String line =
          Files.readString(
              Path.of("/proc", Long.toString(process.pid()), "cmdline"),
              StandardCharsets.ISO_8859_1);
      return line.contains("/" + PROGRAM + "\0") && line.contains(ImageCommand.nodeName(job));
    } catch (IOException gone) {
      return false;
    }
  }

  private static void end(ProcessHandle process) {
    process.destroyForcibly();
    awaitEnd(process);
  }

  /** Not for ever: the kernel keeps a process whose storage does not answer. */
  private static void awaitEnd(ProcessHandle process) {
    boolean interrupted = Thread.interrupted();
    try {
      process.onExit().get(END_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException held) {
      throw new HostFailureException(
          "Process "
              + process.pid()
              + " ("
              + PROGRAM
              + ") does not end: the kernel keeps it, mostly because storage does not answer.",
          held);
    } catch (InterruptedException again) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
