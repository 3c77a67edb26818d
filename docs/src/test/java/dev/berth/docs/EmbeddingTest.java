package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.config.Berth;
import dev.berth.config.HostSettings;
import dev.berth.definition.DefinitionDocument;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.DefineCondition;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.io.File;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Hosts in somebody else's JVM. */
@ExtendWith(LeakCheck.class)
final class EmbeddingTest {
  private static final Pattern LIBRARIES =
      Pattern.compile("(process reaper|Cleaner-\\d+|JNA Cleaner) \\d+");

  @TempDir private Path directory;

  @Test
  void twoHomesLiveSideBySide() {
    VmHost one = open("one");
    try (VmHost other = open("other")) {
      define(one, "web");
      define(other, "web");
      define(other, "db");

      assertThat(one.list()).hasSize(1);
      assertThat(other.list()).hasSize(2);
      one.close();
      assertThat(other.list()).hasSize(2);
      assertThatThrownBy(one::list).isInstanceOf(HostUnreachableException.class);
    } finally {
      one.close();
    }
  }

  @Test
  void everyThreadHasEndedWhenCloseReturns() {
    Set<String> before = threads();
    VmHost host = open("home");
    define(host, "web");
    host.subscribe(0, event -> {});

    host.close(Duration.ofSeconds(20));

    Set<String> left = threads();
    left.removeAll(before);
    // These belong to the JDK and to JNA, and end by themselves when they have been idle.
    assertThat(left).allMatch(LIBRARIES.asMatchPredicate());
  }

  @Test
  void propertiesOfTheJvmAreNobodysToChange() {
    Properties before = (Properties) System.getProperties().clone();

    open("home").close();

    assertThat(System.getProperties()).containsExactlyInAnyOrderEntriesOf(before);
  }

  @Test
  void aHostInAClassLoaderOfItsOwnLeavesNoThreadOfIt() throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      openAndClose(loader);

      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(
              thread ->
                  thread.getContextClassLoader() == loader
                      || thread.getClass().getClassLoader() == loader)
          .extracting(thread -> thread.getName() + " " + thread.getId())
          .allMatch(LIBRARIES.asMatchPredicate());
    }
  }

  /** Loads Berth and all it uses a second time, as an application server does. */
  private void openAndClose(ClassLoader loader) throws Exception {
    Class<?> settings = loader.loadClass(HostSettings.class.getName());
    Object elsewhere =
        settings.getMethod("under", Path.class).invoke(null, directory.resolve("elsewhere"));
    Object host =
        loader.loadClass(Berth.class.getName()).getMethod("open", settings).invoke(null, elsewhere);
    assertThat(host).isNotInstanceOf(VmHost.class);
    Method list = loader.loadClass(VmHost.class.getName()).getMethod("list");
    assertThat((List<?>) list.invoke(host)).isEmpty();
    ((AutoCloseable) host).close();
  }

  private static URL[] classPath() throws MalformedURLException {
    String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
    URL[] urls = new URL[entries.length];
    for (int i = 0; i < entries.length; i++) {
      urls[i] = Path.of(entries[i]).toUri().toURL();
    }
    return urls;
  }

  private VmHost open(String home) {
    return Berth.open(HostSettings.under(directory.resolve(home)));
  }

  private static void define(VmHost host, String name) {
    host.define(
        new DefinitionDocument("name: " + name + "\nmemory: 64MiB\n", name + ".yaml", Path.of("/")),
        new DefineCondition.Always());
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(thread -> thread.getName() + " " + thread.getId())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
