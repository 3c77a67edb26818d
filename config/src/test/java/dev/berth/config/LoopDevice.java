package dev.berth.config;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A block device that is a file. */
final class LoopDevice implements AutoCloseable {
  private final Path path;

  private LoopDevice(Path path) {
    this.path = path;
  }

  /** Makes one; the test is skipped where this user may not. */
  static LoopDevice of(Path file) throws IOException, InterruptedException {
    assumeTrue(HomeLayout.userId() == 0, "a loop device needs root");
    assumeTrue(Files.exists(Path.of("/dev/loop-control")), "there are no loop devices here");
    Process losetup = new ProcessBuilder("losetup", "--find", "--show", file.toString()).start();
    String said = new String(losetup.getInputStream().readAllBytes()).strip();
    assumeTrue(losetup.waitFor() == 0, "no loop device can be made here");
    return new LoopDevice(Path.of(said));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    // it ends with its last user, and that has closed it
    new ProcessBuilder("losetup", "--detach", path.toString()).start().onExit().join();
  }
}
