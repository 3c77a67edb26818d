package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file system in memory, to be filled or made read-only. Mounting it needs root. */
final class SmallDisk implements AutoCloseable {
  private final Path mountPoint;

  private SmallDisk(Path mountPoint) {
    this.mountPoint = mountPoint;
  }

  /** Mounts one in a new directory; the test is skipped when this user may not. */
  static SmallDisk mount(Path mountPoint) throws IOException, InterruptedException {
    assumeTrue(HomeLayout.userId() == 0, "mounting a small file system needs root");
    Files.createDirectory(mountPoint);
    run("mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "berth-test", mountPoint.toString());
    return new SmallDisk(mountPoint);
  }

  Path resolve(String name) {
    return mountPoint.resolve(name);
  }

  void makeReadOnly() throws IOException, InterruptedException {
    run("mount", "-o", "remount,ro", mountPoint.toString());
  }

  void makeWritable() throws IOException, InterruptedException {
    run("mount", "-o", "remount,rw", mountPoint.toString());
  }

  @Override
  public void close() throws IOException {
    try {
      run("umount", mountPoint.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while unmounting " + mountPoint, e);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }
}
