package dev.berth.testing;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/**
 * Fails a test that leaves something behind, and names it: child processes; processes whose command
 * line names the test's {@link TempDir} fields; files and unix sockets under these that are open;
 * threads named {@code berth-…}; files {@code berth…} in the JVM's temporary directory.
 *
 * <pre>{@code
 * @ExtendWith(LeakCheck.class)
 * final class StartTest {
 *   @TempDir Path directory;
 * }
 * }</pre>
 *
 * <p>It looks after the test's own clean-up, and gives what is just ending half a minute. What the
 * class set up before its tests may live until the class ends, when the same is asked of it. Put it
 * before other extensions: what they clean up is then not counted. Needs Linux with {@code
 * CONFIG_PROC_CHILDREN}, which distributions have.
 *
 * <p>Blind spots: directories that are {@code TempDir} parameters and no fields; sockets without a
 * path; another JVM's temporary files {@code berth…} are blamed on the test if both share a
 * temporary directory.
 */
public final class LeakCheck
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(10);
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(LeakCheck.class);

  private final Duration patience;

  public LeakCheck() {
    this(PATIENCE);
  }

  LeakCheck(Duration patience) {
    this.patience = patience;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    check(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    check(context);
  }

  /** Its temporary directories are new: nobody has anything in them yet. */
  private static void remember(ExtensionContext context) {
    context.getStore(NAMESPACE).put(context.getUniqueId(), Surroundings.of(Set.of()));
  }

  private void check(ExtensionContext context) {
    Surroundings before =
        context.getStore(NAMESPACE).remove(context.getUniqueId(), Surroundings.class);
    if (before != null) {
      List<String> leaks = awaitNone(before, temporaryDirectories(context), patience);
      if (!leaks.isEmpty()) {
        throw new AssertionError(
            context.getDisplayName() + " left behind:\n  " + String.join("\n  ", leaks));
      }
    }
  }

  /** What is still there when patience ends; returns at once when nothing is. */
  static List<String> awaitNone(Surroundings before, Set<Path> directories, Duration patience) {
    long start = System.nanoTime();
    List<String> leaks = Surroundings.of(directories).since(before);
    while (!leaks.isEmpty() && System.nanoTime() - start < patience.toNanos()) {
      LockSupport.parkNanos(POLL.toNanos());
      leaks = Surroundings.of(directories).since(before);
    }
    return leaks;
  }

  /** The static ones for a class, the others for a test. */
  private static Set<Path> temporaryDirectories(ExtensionContext context) {
    boolean ofClass = context.getTestMethod().isEmpty();
    Set<Path> directories = new LinkedHashSet<>();
    List<Field> fields =
        AnnotationSupport.findAnnotatedFields(
            context.getRequiredTestClass(),
            TempDir.class,
            field -> Modifier.isStatic(field.getModifiers()) == ofClass,
            HierarchyTraversalMode.TOP_DOWN);
    for (Field field : fields) {
      try {
        field.setAccessible(true);
        Object owner = ofClass ? null : context.getRequiredTestInstance();
        if (field.get(owner) instanceof Path directory) {
          directories.add(directory.toAbsolutePath());
        }
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("Cannot read the temporary directory " + field, e);
      }
    }
    return directories;
  }
}
