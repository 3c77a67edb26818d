package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The Java example of the README compiles, and does what it says with a real QEMU. */
@ExtendWith(LeakCheck.class)
final class ReadmeExampleTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path directory;

  @Test
  void theExampleStartsItsDomainAndLeavesNothing() throws Exception {
    Path source = Files.writeString(directory.resolve("Hello.java"), example());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    ByteArrayOutputStream complaints = new ByteArrayOutputStream();

    int verdict =
        compiler.run(
            null,
            complaints,
            complaints,
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            directory.toString(),
            source.toString());

    assertThat(complaints.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(verdict).isZero();
    assertThat(run(definition(), directory.resolve("home"))).isEqualTo("hello is running\n");
  }

  @Test
  void theExampleIsShort() throws IOException {
    assertThat(example().lines().filter(line -> !line.startsWith("import")).count())
        .isLessThanOrEqualTo(20);
  }

  private static String example() throws IOException {
    Matcher found = JAVA.matcher(Files.readString(README));
    assertThat(found.find()).as("a ```java block in the README").isTrue();
    return found.group(1);
  }

  /** A machine that is quick to start and has nothing to boot. */
  private Path definition() throws IOException {
    return Files.writeString(directory.resolve("hello.yaml"), "name: hello\nmemory: 64MiB\n");
  }

  private String run(Path definition, Path home) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (URLClassLoader classes =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
      System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
      classes
          .loadClass("Hello")
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[] {definition.toString(), home.toString()});
    } finally {
      System.setOut(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }
}
