package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.BusyException;
import dev.berth.testing.LeakCheck;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A store has one owner. */
@ExtendWith(LeakCheck.class)
class OwnershipTest {
  @TempDir Path home;

  @Test
  void anotherProcessIsNamedByPidAndCommand() throws Exception {
    try (ChildJvm owner = ChildJvm.start(StoreHolder.class, home.toString())) {
      assertThat(owner.line()).startsWith("open");

      assertThatThrownBy(this::open)
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("process " + owner.pid())
          .hasMessageContaining("java")
          .hasMessageContaining(home.toString());

      owner.kill();
      open().close();
    }
  }

  @Test
  void aSecondOpeningInOneProcessIsRefusedAndLeavesTheLockAlone() throws Exception {
    try (H2Store first = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("in this process, " + ProcessHandle.current().pid());

      // Closing any descriptor of a file drops the process's lock on it: look from outside.
      assertAnotherProcessIsRefused();
      assertThat(first.contents().domains()).isEmpty();
    }
    open().close();
  }

  @Test
  void aSecondClassLoaderIsRefusedToo() throws Exception {
    try (H2Store first = open();
        URLClassLoader other = secondClassLoader()) {
      Class<?> settings = other.loadClass(StoreSettings.class.getName());
      Method open = other.loadClass(H2Store.class.getName()).getMethod("open", settings);
      Object there = settings.getMethod("at", Path.class).invoke(null, home);

      assertThatThrownBy(() -> open.invoke(null, there))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .satisfies(
              cause ->
                  assertThat(cause.getClass().getName()).isEqualTo(BusyException.class.getName()))
          .hasMessageContaining("in this process, " + ProcessHandle.current().pid());

      assertAnotherProcessIsRefused();
      assertThat(first.contents().domains()).isEmpty();
    }
  }

  @Test
  void aFileThatNobodyLocksIsNoObstacle() throws Exception {
    Files.writeString(home.resolve("store.lock"), "{\"pid\":1,\"command\":\"init\"}");
    open().close();

    Files.writeString(home.resolve("store.lock"), "\u0000garbage");
    open().close();
  }

  @Test
  void twoHomesInOneProcessDoNotMeet() {
    try (H2Store one = H2Store.open(StoreSettings.at(home.resolve("one")));
        H2Store two = H2Store.open(StoreSettings.at(home.resolve("two")))) {
      assertThat(one.hostId()).isNotEqualTo(two.hostId());
    }
  }

  private H2Store open() {
    return H2Store.open(StoreSettings.at(home));
  }

  private void assertAnotherProcessIsRefused() throws Exception {
    try (ChildJvm other = ChildJvm.start(StoreHolder.class, home.toString())) {
      assertThat(other.line())
          .startsWith("BusyException")
          .contains("process " + ProcessHandle.current().pid());
    }
  }

  private static URLClassLoader secondClassLoader() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }
}
