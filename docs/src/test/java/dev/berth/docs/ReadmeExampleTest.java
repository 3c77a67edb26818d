package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    String said =
        CompiledExample.of(source, directory)
            .run(definition().toString(), directory.resolve("home").toString());

    assertThat(said).isEqualTo("hello is running\n");
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
}
